app web
tcp any /SSH-/
tcp both /^(a|b)/
