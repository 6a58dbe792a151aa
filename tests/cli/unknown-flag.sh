$TAPEDECK help --markdwn
