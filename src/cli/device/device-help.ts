// What `viommu device --help` prints.

export const DEVICE_HELP = `Usage: viommu device [options]

A virtio-iommu alone: reads one JSON object per line from standard input and writes one per line to standard output, in
the same order and without delay. Every request goes through real rings in simulated guest RAM.

What the device offers
  --dialect NAME           version of the protocol: 1.2 (default), 1.3 or 1.4, which are the same; or a draft: v0.4,
                           v0.5, v0.9
  --page-size-mask MASK    page sizes; the lowest bit is the granularity (0xfffff000)
  --input-range START:END  IOVAs that can be mapped, inclusive (0:0xffffffff)
  --domain-range START:END IDs that a domain can have, inclusive (0:0xffffffff)
  --endpoints ID,ID,...    the endpoints behind it (8,9,0x108)
  --offer F,F,...          features to offer, or none
                           (input-range,domain-range,map-unmap,probe,mmio,bypass-config)
                           There are those and bypass, which excludes bypass-config. Drafts have no mmio and
                           no bypass-config
  --accept F,F,...         features that the driver accepts, or none (all that are offered)
  --probe-size BYTES       properties in the answer to PROBE, 1 to 65536 (512)
  --boot-bypass on|off     the configuration field bypass after a system reset (on)

Reserved regions
  --resv ENDPOINT:START-END:KIND
                           can be repeated. KIND is reserved, msi, or identity, which may end in :r, :w or :rw (default).
                           An endpoint has the region 0xfee00000-0xfeefffff:msi too, unless another msi is given for
                           it, or it has no --resv and --probe-size is too small for a region. Regions of one endpoint
                           that overlap are merged: identity wins over reserved, reserved over msi
  --identity-policy POLICY two endpoints in one domain, one with an identity region where the other has nothing:
                           reject the attach (default), allow it to both, or per-endpoint. Where the other has a
                           region, too, none is rejected: identity beside reserved or msi becomes identity, and the
                           rights of two identity regions are added - but per-endpoint keeps each to its own

How it is reached, and what there is room for
  --ring split|packed      format of the rings (split)
  --memory MIB             guest RAM, which holds the rings and buffers, 1 to 1024 MiB (16)
  --event-buffers N        buffers of 24 bytes in the event queue, which holds 64, after each start (0)
  --max-domains N          domains at the same time, up to 65536 (256)
  --max-mappings N         mappings of all domains together, up to 1048576 (131072)
  -h, --help               this text

Numbers in JSON are numbers, or strings in decimal or after 0x: everything above 2^53 has to be a string. In answers what
can have 64 bits - addresses, and the bytes that a domain has mapped - is a string in hex; every other number is a number.

{"op":"request","bytes":"0100000001000000080000000000000000000000","writable":4}
  -> {"used":4,"bytes":"00000000"}
  Sends the device-readable bytes with room for "writable" bytes, each 0xa5 before. Answers the length of the used
  ring's entry and all of the writable bytes. Optional: "readableFraming":[3,17] and "writableFraming":[1,3] cut the
  parts into descriptors, which may be empty; "indirect":true puts all of them into an indirect table, "indirect":2 all
  but the first two (split rings only). The request queue has 1024 descriptors, and a table at most 1024.
  -> {"needsReset":true} when the request broke the device, and for every request and event until it is reset
{"op":"dma","endpoint":8,"address":"0x1200","length":16,"access":"read"}       or "write"
  -> {"segments":[{"address":"0x4200","length":16}]}
  -> {"segments":[{"address":"0xfee00000","length":4}],"doorbell":true}        an interrupt message
  -> {"fault":{"reason":2,"flags":257,"endpoint":8,"address":"0x1200"}}        the first byte refused
  Tells where an access goes, without making it. A fault is reported to the event queue. 1 to 2147483648 bytes.
{"op":"event","length":24}                                                     optional: "framing":[3,7,14]
  -> {"bytes":"020000000101000008000000000000000012000000000000"}             or {"bytes":null}
  Leaves one more buffer in the event queue, without notifying the device, and answers what the device has written
  into the oldest one that it has returned; "" when that was too small for a report. Once 64 buffers wait, none is added.
  The draft v0.4 has no event queue. Reasons: 0 unknown, 1 domain (unattached), 2 mapping (none, or not that right).
{"op":"config"}                              -> {"bytes":"00f0ff..."}          the configuration space
{"op":"config-write","offset":36,"bytes":"01"}  -> {"ok":true}                 one access, 1, 2 or 4 bytes wide
{"op":"reset"}                               -> {"ok":true}    status 0, then initialised again with empty queues
{"op":"system-reset"}                        -> {"ok":true}    as when the machine is switched on
{"op":"state"}
  -> {"bypass":true,"endpoints":[...],"domains":[...],"mappings":[{"domain":1,"start":"0x1000","end":"0x1fff",
     "phys":"0x4000","flags":3},...]}
  "bypass" is the configuration field. Endpoints have "id", "mode" (blocked, bypass or attached), "domain" (or null),
  "reserved", and counters of DMA: "translated", "bypassed", "blocked" accesses, and "translatedBytes" and so on.
  Domains have "id", "bypass", "endpoints", the number of "mappings" and of mapped "bytes" (in hex), and "reserved".
  "reserved" are regions: "kind", "start", "end", and "rights" of an identity region; those of a domain are joined.
A line that cannot be followed answers {"error":"..."} and changes nothing.

Example:
  echo '{"op":"config"}' | viommu device --offer map-unmap,probe --page-size-mask 0x1000

Exit status: 0 at the end of the input, 1 when the answers cannot be written, 2 the command line is wrong.
`;
