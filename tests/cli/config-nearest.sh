# The nearest project file is the only one.
mkdir near
printf 'verbose: true\n' > .tapedeck.yaml
printf 'color: never\n' > near/.tapedeck.yaml
cd near
$TAPEDECK config explain verbose
$TAPEDECK config explain color
