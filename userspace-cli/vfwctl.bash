# SPDX-License-Identifier: GPL-2.0
# Completion of vfwctl for bash: source it, or install it as
# /usr/share/bash-completion/completions/vfwctl

# The first column of a table. Anybody who starts a VM names it, so only names that mean nothing to
# the shell are offered.
_vfwctl_names()
{
	vfwctl "$@" 2>/dev/null | awk 'NR > 1 && $1 ~ /^[A-Za-z0-9][A-Za-z0-9._:-]*$/ { print $1 }'
}

# The options of a command.
_vfwctl_options()
{
	case $1 in
	disarm) echo --yes ;;
	vm\ quarantine) echo --reason ;;
	policy\ check) echo --parse-only ;;
	policy\ apply) echo --dry-run --keep-established --restart-streams --confirm ;;
	policy\ show) echo --disk ;;
	rule\ list) echo --sort --unused ;;
	rule\ add) echo --before --after --first --last --tenant --block --file --edited --dry-run --keep-established ;;
	rule\ delete) echo --edited --dry-run --keep-established ;;
	explain) echo --from --to --proto --dport --icmp-type --icmp-code --ethertype --app ;;
	observe) echo --vm --verdict --reason --rule --type --count --timeout ;;
	flow\ list | flow\ kill) echo --vm --addr --proto --port --from --to --sport --dport ;;
	sig\ check) echo --no-prove --home-net --external-net ;;
	sig\ selftest) echo --home-net --external-net ;;
	app) echo --pcap --midstream ;;
	replay) echo --pcap --rules --eve --checksum --midstream --home-net --external-net ;;
	esac
	echo --output --socket --help
}

# What may stand behind an option; fails for options without argument.
_vfwctl_values()
{
	case $1 in
	-o | --output) echo json text ;;
	--sort) echo packets bytes flows last order ;;
	--verdict) echo pass block reject ;;
	--proto | -p) echo tcp udp sctp icmp icmp6 ;;
	--type) echo alert drop would-drop flow port audit anomaly ;;
	--rule | --before | --after) _vfwctl_names rule list ;;
	--block) echo first last unmanaged ;;
	--vm) _vfwctl_names vm list ;;
	--from | --to | -f | -t) echo host external unmanaged; _vfwctl_names vm list ;;
	--socket | --reason | --addr | --port | --sport | --tenant | --file | --dport | -d | --icmp-type | --icmp-code | --ethertype | --count | -n | --timeout | --confirm) ;;
	--pcap | --rules | --eve) compopt -o default ;;
	--home-net | --external-net) ;;
	*) return 1 ;;
	esac
}

_vfwctl()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local words='' command='' i values

	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-o | --output | --socket) ((i++)) ;;
		-*) ;;
		*)
			command+=${command:+ }${COMP_WORDS[i]}
			case $command in
			vm | policy | rule | flow | sig) ;;
			*) break ;;
			esac
			;;
		esac
	done
	if values=$(_vfwctl_values "$prev"); then
		words=$values
		[ "$prev" != --socket ] || compopt -o default
	elif [[ $cur == -* ]]; then
		words=$(_vfwctl_options "$command")
	else
		case $command in
		'') words='status arm disarm vm policy rule explain observe flow sig replay app doctor version help' ;;
		vm) words='list show quarantine release monitor' ;;
		policy) words='check apply confirm rollback diff lint show' ;;
		rule) words='list add delete' ;;
		flow) words='list kill' ;;
		rule\ delete) words=$(_vfwctl_names rule list) ;;
		sig) words='check keywords selftest' ;;
		help) words='status arm disarm vm policy rule explain observe flow sig replay app doctor version' ;;
		vm\ show | vm\ quarantine | vm\ release | vm\ monitor) words=$(_vfwctl_names vm list) ;;
		policy\ check | policy\ apply | policy\ diff | policy\ lint | sig\ check | sig\ selftest | app) compopt -o default ;;
		esac
	fi
	# not by compgen -W, which would expand what stands in the words
	COMPREPLY=()
	local -
	set -f
	for i in $words; do
		[[ $i != "$cur"* ]] || COMPREPLY+=("$i")
	done
}
complete -F _vfwctl vfwctl
