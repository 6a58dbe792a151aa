$TAPEDECK help completion
