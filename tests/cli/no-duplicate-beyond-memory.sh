# 256 MiB of messages are remembered whole, the others by their digests: they
# are told from each other all the same, and number 305 is found again.
cat > contract.yaml <<'END'
contract: 1
rules:
- {id: D1, no_duplicate: "*"}
END
awk 'BEGIN {
    pad = "0123456789"
    while (length(pad) < 900000)
        pad = pad pad
    pad = substr(pad, 1, 900000)
    for (i = 1; i <= 310; i++)
        printf "{\"type\":\"a\",\"data\":{\"n\":%d,\"p\":\"%s\"}}\n", (i > 309 ? 305 : i), pad
}' | "$TAPEDECK" validate - --contract contract.yaml |
    cut -c1-80 | head -3
