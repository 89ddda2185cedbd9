# Hadoop's RPC: four letters and a version.
app hadoop "Hadoop RPC"
port tcp 8020
tcp client /^hrpc[\x04-\x09]/
