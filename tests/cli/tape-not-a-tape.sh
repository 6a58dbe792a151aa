echo hello > note.txt
$TAPEDECK info note.txt
