mkdir place.tape.gz
$TAPEDECK info place.tape.gz
