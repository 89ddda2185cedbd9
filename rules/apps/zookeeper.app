# A session's request: 44 or 45 bytes, protocol 0, a timeout, a password of 16 bytes. Four-letter words with their answers.
app zookeeper "Apache ZooKeeper"
port tcp 2181
tcp client /^\x00\x00\x00[\x2c\x2d]\x00{4}.{8}\x00.{11}\x00\x00\x00\x10/s
tcp client /^(?:ruok|stat|srvr|mntr|conf|cons|envi|dump|isro|wchs)/ server /^(?:imok|Zookeeper version|zk_version|clientPort=|Environment:|rw|ro|This ZooKeeper|SessionTracker)/
