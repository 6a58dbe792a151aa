# With `by`, an expression asks the key's own events, as EVENT.FIELD alone does,
# and those without the key where the key has none.
cat > run.ndjson <<'END'
{"type":"limits","most":9}
{"type":"job","job":"a","pages":2}
{"type":"job","job":"b","pages":3}
{"type":"page","job":"a"}
{"type":"page","job":"a"}
{"type":"page","job":"b"}
{"type":"skipped","job":"b","pages":2}
{"type":"job","job":"c","pages":1}
{"type":"page","job":"b"}
END
cat > c.yaml <<'END'
contract: 1
unknown: ignore
events:
  limits: {}
  job: {}
  page: {}
  skipped: {}
rules:
- {id: plain, by: job, count: page, equals: job.pages}
- {id: asked, by: job, count: page, equals: job.pages + 0}
- {id: skips, by: job, count: page, equals: job.pages - count(skipped)}
- {id: sums, by: job, count: page, equals: sum(job.pages) - sum(skipped.pages) / 2}
- {id: most, by: job, count: page, between: [job.pages - 1, limits.most + count(limits)]}
- {id: all, count: page, equals: sum(job.pages) - sum(skipped.pages)}
END
$TAPEDECK validate --contract c.yaml run.ndjson || test $? = 1
$TAPEDECK contract explain c.yaml | grep -A1 -e asked -e skips
