# JDWP: both ends say the handshake.
app jdwp "Java Debug Wire Protocol"
port tcp 5005 8000
tcp any /^JDWP-Handshake/
