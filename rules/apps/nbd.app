# The server's greeting, of either kind.
app nbd "Network Block Device"
port tcp 10809
tcp server /^NBDMAGIC(?:IHAVEOPT|\x00\x00\x42\x02\x81\x86\x12\x53)/
