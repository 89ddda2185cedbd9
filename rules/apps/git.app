# git's own transport: a packet's length, the command, the repository, NUL and the host.
app git "git"
port tcp 9418
tcp client /^[0-9a-f]{4}git-(?:upload|receive)-pack \/?[^\x00]+\x00(?:host=|\x00)/
