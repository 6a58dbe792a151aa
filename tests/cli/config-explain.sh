# From the strongest to the weakest, file with line and column.
mkdir -p .config/tapedeck deep/er
printf 'color: always\n' > .config/tapedeck/config.yaml
printf '# ours\nhelp:\n  color: never\ncolor: auto\n' > .tapedeck.yaml
cd deep/er
$TAPEDECK config explain color
$TAPEDECK config explain help.color
TAPEDECK_HELP_COLOR=auto TAPEDECK_COLOR=never $TAPEDECK config explain help.color
TAPEDECK_COLOR=never $TAPEDECK config explain color --json
$TAPEDECK config explain help.man
