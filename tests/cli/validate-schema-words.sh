# Values of a schema that is laid out over lines are told in one line.
cat > list.json <<'END'
{
  "properties": {
    "n": {
      "enum": [
        "a  b",
        {"c":
           "\"  "}
      ]
    }
  }
}
END
printf '{"type":"a","n":{"d":   2}}\n' > run.ndjson
"$TAPEDECK" validate --schema list.json run.ndjson || echo "exit $?"
# The metaschema of draft 4 refuses the schema as a whole.
printf '{"$schema": "http://json-schema.org/draft-04/schema#", "exclusiveMinimum": true}' > four.json
"$TAPEDECK" validate --schema four.json run.ndjson || echo "exit $?"
