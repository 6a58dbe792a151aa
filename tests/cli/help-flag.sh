$TAPEDECK completion --help --nonsense
