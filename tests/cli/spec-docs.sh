# The three documents, with what is answered and what is not.
"$TAPEDECK" spec -q "online shop with an API"
"$TAPEDECK" spec -q answer data "item, buyer(name: text, email: email, born: date optional)"
"$TAPEDECK" spec -q answer features "search, a | b_c * d"
"$TAPEDECK" spec -q answer payments "card"
"$TAPEDECK" spec -q answer scale massive
"$TAPEDECK" spec -q answer timeline asap
"$TAPEDECK" spec -q docs
"$TAPEDECK" spec docs -o docs
cat docs/specification.md docs/requirements.md docs/architecture.md
cat docs/*.json
