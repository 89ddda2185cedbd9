# Neo4j's Bolt: the magic before the offered versions.
app bolt "Neo4j Bolt"
port tcp 7687
tcp client /^\x60\x60\xb0\x17/
