# The node's greeting.
app munin "Munin node"
port tcp 4949
tcp server /^# munin node at [!-~]+\n/
