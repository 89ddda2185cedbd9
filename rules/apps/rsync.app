# The daemon's protocol: both ends greet.
app rsync "rsync"
port tcp 873
tcp any /^@RSYNCD: \d{1,2}(?:\.\d{1,3})?[ \n]/
