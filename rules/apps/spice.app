# SPICE: the link message's magic and version 2, of either end.
app spice "SPICE"
port tcp 5900
tcp any /^REDQ[\x01\x02]\x00\x00\x00/
