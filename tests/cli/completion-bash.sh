# What bash offers for a beginning of a verb, of an option, and of a choice.
cat > ask.bash <<'END'
source <("$TAPEDECK" completion bash)
ask() {
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
    _tapedeck
    printf '%s\n' "${COMPREPLY[@]}"
}
ask tapedeck compl
ask tapedeck help --mark
ask tapedeck help --color a
END
bash ask.bash
