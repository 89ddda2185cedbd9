# The banners of messenger 1 and 2.
app ceph "Ceph messenger"
port tcp 3300 6789
tcp any /^ceph v(?:027|2\n)/
