# Zabbix' header: letters, flags, a length.
app zabbix "Zabbix"
port tcp 10050 10051
tcp any /^ZBXD[\x01\x03\x05\x07]/
