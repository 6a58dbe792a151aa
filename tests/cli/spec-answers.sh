# From a sentence to a specification that is ready, and what is refused on the way.
try() { echo "\$ tapedeck $*"; "$TAPEDECK" "$@" 2>&1 || echo "status $?"; }
try spec show
try spec "API for wine"
try spec "API for beer"
try spec answer data "wine(name: txt)"
try spec answer data "wine(name: text), order(total: money)"
try spec answer auth maybe
try spec answer uesrs people
try spec answer users
try spec answer
try spec answer features wine: list, create and order: create
try spec ready
try spec answer "shop owners, sommeliers"
try spec answer token
try spec answer "50 req/s"
try spec answer "6 weeks"
try spec answer "more"
try spec answer payments "card, invoice"
try spec ready
try spec show
try spec show --json
sed 's/"token"/"tokne"/' .tapedeck/spec.json > broken.json
try spec show --spec broken.json
try spec show --spec .
