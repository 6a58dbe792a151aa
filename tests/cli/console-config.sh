# The command config tells settings and writes them; what else stands in a file
# stays.
export TERM=dumb
mkdir -p .config/tapedeck
console() {
    $TAPEDECK console "$SOURCE/fixtures/tapes/socketio-build.tape.gz" --theme light "$@"
}
printf '# mine\nconsole:\n  fps: 12 # calm\nrecord: {max-size: 1G}\n' > .config/tapedeck/config.yaml
console -c config
console -c 'config explain fps' -c 'config theme' -c 'config get console.retention'
console -c 'config set fps 30 --project' -c 'config fps 20' -c 'config explain fps'
cat .config/tapedeck/config.yaml .tapedeck.yaml
echo "-- refused"
for line in 'config thme' 'config pager' 'show nothing' 'config fps many' 'config fps 31' 'config connect sio://a:1/ --project' \
    'config set fps' 'config show fps' 'config command x' 'config explain a b'; do
    console -c "$line" || echo "exit $?"
done
