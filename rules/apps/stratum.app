# Mining pools: JSON requests, a line each, with a pool's methods.
app stratum "Stratum: coin mining"
tcp client /^\{[^\r\n]*"method" {0,2}: {0,2}"(?:mining\.[a-z_.]{3,40}|eth_submitLogin|eth_login|login|eth_getWork)"/
