# Nothing in an operand can steer the terminal of an error.
$TAPEDECK "$(printf 'a\033[2J\nb')"
