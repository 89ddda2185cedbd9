# FINS over TCP: its letters, a length, a command.
app fins "Omron FINS"
port tcp 9600
tcp any /^FINS\x00\x00..\x00\x00\x00[\x00-\x06]\x00\x00\x00/s
