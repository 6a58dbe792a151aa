$TAPEDECK help --color=pink
