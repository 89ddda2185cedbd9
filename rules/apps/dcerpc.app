# C706 12.6.3: version 5, bind (11) or its answers, little-endian by the drep, with a fragment of less than 16 KiB.
app dcerpc "DCE RPC, MS-RPC"
port tcp 135
tcp client /^\x05[\x00\x01]\x0b[\x00-\x3f]\x10\x00\x00\x00.[\x00-\x3f].[\x00-\x1f].{4}.[\x00-\x40].[\x00-\x40]/s
tcp server /^\x05[\x00\x01][\x0c\x0d][\x00-\x3f]\x10\x00\x00\x00.[\x00-\x3f].[\x00-\x1f].{4}/s
