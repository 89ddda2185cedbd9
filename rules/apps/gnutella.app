# Gnutella 0.6: the three-way handshake.
app gnutella "Gnutella"
port tcp 6346
tcp any /^GNUTELLA(?: CONNECT)?\/0\.\d/
