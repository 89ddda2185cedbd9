# The binary protocol: a magic for requests and answers, a type, a size.
app gearman "Gearman"
port tcp 4730
tcp any /^\x00RE[QS]\x00\x00\x00[\x01-\x2a]\x00/
