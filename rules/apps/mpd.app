# The daemon's greeting.
app mpd "Music Player Daemon"
port tcp 6600
tcp server /^OK MPD \d{1,2}\.\d/
