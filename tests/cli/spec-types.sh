# Types are found by whole words; a description is no verb.
try() { echo "\$ tapedeck $*"; "$TAPEDECK" "$@" 2>&1 || echo "status $?"; }
try spec -q --spec a.json "Quiero un e-commerce"
try spec -q --spec b.json "capital therapist"
try spec -q --spec c.json show me a dashboard
try spec -q --spec d.json "una aplicación móvil"
try spec -q --spec e.json --type saas_platform "API for wine"
try spec -q --spec e.json --replace --type sas_platform "API for wine"
try spec -q --spec f.json "?"
try spec -q --spec g.json ready set go
try spec -q --spec c.json answer "sales, by region"
for type in web_app api_backend mobile_app saas_platform ecommerce dashboard integration other; do
    try spec -q --spec $type.json --type $type "a thing"
done
ls
