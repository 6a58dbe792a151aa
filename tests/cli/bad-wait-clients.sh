$TAPEDECK replay x --serve :0 --wait-clients 4294967296
