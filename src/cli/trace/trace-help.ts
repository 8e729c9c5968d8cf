// What `viommu trace --help` prints.

export const TRACE_HELP = `Usage: viommu trace FILE [question] [options]

Reads what an IOMMU did, and answers questions about it. Without a question all is listed: events with their numbers, and
among them marks, which have none: console lines, stages of the boot, accesses by hand, notifications of devices, counters and
samples of accesses. FILE is a trace of viommu
boot --trace, its JSON lines, the text of QEMU (-trace 'virtio_iommu_*' -D FILE), or that of Linux (/sys/kernel/tracing/trace
with events/iommu). It looks at the file to find out which, and says what such a file does not tell.

Questions, one at a time
  --at SEQUENCE           the state after that event: endpoints, domains; with --json every mapping
  --explain SEQUENCE|all  why an access was stopped or a request refused, with evidence and the clause
  --lifetimes             every mapping, with the event that made it and the one that ended it
  --stats                 how much of what there was
  --who                   who in the guest asked for it: tasks and kernel functions, and how often
  --format FORMAT         the trace in another format: viommu, jsonl, csv (a table),
                          chrome (JSON to look at in Perfetto, ui.perfetto.dev)

Options
  --filter FILTER         only the events that pass, in the list or of --explain all:
                          kind == map && endpoint == "virtio-blk" && iova in 0xfff00000..0xfff0ffff
  --no-marks              list events only
  --symbols FILE          the System.map of the guest's kernel. Without it: the project's own for its kernel, and for
                          another what that kernel carries in itself (CONFIG_KALLSYMS), in traces of viommu boot
  -o, --output FILE       where --format writes; standard output unless given
  --follow                go on listing what is added to the file; Ctrl-C ends that
  --json                  one JSON object a line
  -h, --help              this text

JSON: addresses are hexadecimal strings; "timeMs" is null where a trace has no times, "status" where it has none. A mark has "after", the event before it, in place of "sequence". An explanation has "sequence", "cause", "sentence", "evidence", "clause" and
"who"; --stats has "attach", "detach", "map", "unmap", "probe", "ignored", "rejected" and "faults".

Exit status: 0 done, 2 the command line or the file is wrong.
`;
