# Every page is roff without a warning, and shows its options.
for verb in '' $("$TAPEDECK" help | sed -n 's/^  \([a-z]*\) .*/\1/p'); do
    "$TAPEDECK" help --man $verb > page.1
    man --warnings=all -E UTF-8 -l page.1 > page.txt 2> warnings
    cat warnings
done
"$TAPEDECK" help --man completion | man -E UTF-8 -l - | grep -c -e --color
