// iommu-info: who is behind the IOMMU, in which group, with which type of domain, what is reserved, what is bypassed.
//
// All of it is read from /sys, but the IOMMU's own bypass bit, which its registers have.

#include "text.h"
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_mmio.h>

const char tool[] = "iommu-info";

#define GROUPS "/sys/kernel/iommu_groups"
#define PCI_DEVICES "/sys/bus/pci/devices"
#define PLATFORM_DEVICES "/sys/bus/platform/devices"
#define MMIO_MAGIC 0x74726976
/* struct virtio_iommu_config: bypass (virtio 1.2, 5.13.4) */
#define BYPASS_PLACE (VIRTIO_MMIO_CONFIG + 36)

static const char help[] =
	"usage: iommu-info [--json]\n"
	"\n"
	"Shows which devices are behind the IOMMU: their group, the type of its domain,\n"
	"their driver, and what of memory they reach; then what is reserved.\n"
	"  DMA       translated; a mapping ends at once\n"
	"  DMA-FQ    translated; mappings end in batches, a little later (lazy)\n"
	"  identity  bypassed\n"
	"`iommu-domain` changes a type, `iommu-faults` lists what was stopped.\n";

enum bypass { OFF, ON, UNKNOWN };

struct endpoint {
	char name[NAME_SIZE];
	char group[8];
	char type[16];
	char driver[24];
};

static struct endpoint endpoints[MAX_NAMES];
static int endpoint_count;
static char iommu[NAME_SIZE];
static enum bypass boot_bypass = UNKNOWN;

/* The driver that moves a device's data: that of the virtio device on it, if there is one */
static void read_driver(const char *folder, char *into, unsigned int size)
{
	static char names[MAX_NAMES][NAME_SIZE];
	char path[192], start[160];
	int count = list_folder(folder, names);

	join(start, sizeof(start), folder, "/", "");
	for (int i = 0; i < count; i++) {
		if (strncmp(names[i], "virtio", 6))
			continue;
		join(path, sizeof(path), start, names[i], "/driver");
		if (read_link(path, into, size))
			return;
	}
	join(path, sizeof(path), folder, "/driver", "");
	read_link(path, into, size);
}

static void add_endpoint(const char *bus, const char *name)
{
	struct endpoint *endpoint = &endpoints[endpoint_count];
	char folder[128], path[160];

	if (endpoint_count == MAX_NAMES)
		return;
	endpoint_count++;
	strlcpy(endpoint->name, name, sizeof(endpoint->name));
	join(folder, sizeof(folder), bus, "/", name);
	join(path, sizeof(path), folder, "/iommu_group", "");
	read_link(path, endpoint->group, sizeof(endpoint->group));
	join(path, sizeof(path), folder, "/iommu_group/type", "");
	read_line(path, endpoint->type, sizeof(endpoint->type));
	read_driver(folder, endpoint->driver, sizeof(endpoint->driver));
}

static void add_pci_endpoints(void)
{
	static char names[MAX_NAMES][NAME_SIZE];
	int count = list_folder(PCI_DEVICES, names);

	for (int i = 0; i < count; i++) {
		char path[128], class[16];

		join(path, sizeof(path), PCI_DEVICES "/", names[i], "/class");
		read_line(path, class, sizeof(class));
		/* bridges (06) and displays (03) make no accesses of their own here */
		if (strncmp(class, "0x06", 4) && strncmp(class, "0x03", 4))
			add_endpoint(PCI_DEVICES, names[i]);
	}
}

static void add_mmio_endpoints(void)
{
	static char names[MAX_NAMES][NAME_SIZE];
	int count = list_folder(PLATFORM_DEVICES, names);

	for (int i = 0; i < count; i++) {
		char path[192], driver[NAME_SIZE];

		if (strncmp(names[i], "LNRO0005", 8))
			continue;
		join(path, sizeof(path), PLATFORM_DEVICES "/", names[i], "");
		read_driver(path, driver, sizeof(driver));
		/* the IOMMU itself is not behind itself */
		if (strcmp(driver, "virtio_iommu"))
			add_endpoint(PLATFORM_DEVICES, names[i]);
	}
}

/* The bypass bit of the IOMMU at a place; false when it is none. Other devices there are only asked who they are. */
static int read_bypass(__u32 place)
{
	int memory = open("/dev/mem", O_RDONLY);
	long mapped = memory < 0 ? -1 : my_syscall6(__NR_mmap2, NULL, 4096, PROT_READ, MAP_SHARED, memory, place / 4096);
	volatile __u32 *words = (void *)mapped;
	int is_iommu;

	close(memory);
	if (mapped < 0 && mapped > -4096)
		return 0;
	is_iommu = words[VIRTIO_MMIO_MAGIC_VALUE / 4] == MMIO_MAGIC && words[VIRTIO_MMIO_DEVICE_ID / 4] == VIRTIO_ID_IOMMU;
	if (is_iommu)
		boot_bypass = ((volatile __u8 *)mapped)[BYPASS_PLACE] ? ON : OFF;
	munmap((void *)mapped, 4096);
	return is_iommu;
}

static void find_bypass(void)
{
	static char map[4096];
	int fd = open("/proc/iomem", O_RDONLY);
	ssize_t count = 0, got;

	while (fd >= 0 && (got = read(fd, map + count, sizeof(map) - 1 - count)) > 0)
		count += got;
	close(fd);
	map[count] = 0;
	for (char *text = map; text && *text;) {
		char *end = strchr(text, '\n');
		char *name = strchr(text, ':');

		if (end)
			*end = 0;
		while (*text == ' ')
			text++;
		if (name && !strncmp(name + 2, "LNRO0005", 8) && read_bypass(strtoul(text, NULL, 16)))
			return;
		text = end ? end + 1 : NULL;
	}
}

static const char *reach(const struct endpoint *endpoint)
{
	if (!*iommu)
		return "all memory: there is no IOMMU";
	if (!*endpoint->group)
		return boot_bypass == ON	? "all memory: no driver has taken it, and boot bypass is on" :
		       boot_bypass == OFF ? "nothing: no driver has taken it, and boot bypass is off" :
					    "what boot bypass allows: no driver has taken it";
	if (!strcmp(endpoint->type, "identity"))
		return "all memory: bypassed";
	return "what is mapped for it";
}

static int is_bypassed(const struct endpoint *endpoint)
{
	return !*iommu || !strcmp(endpoint->type, "identity") || (!*endpoint->group && boot_bypass == ON);
}

/* Of a group's reserved regions the one with a number, as three texts of /sys; false when there are not so many. */
static int read_region(const char *group, int number, const char *texts[3])
{
	static char text[1024];
	char path[128];
	char *at = text;
	ssize_t count;
	int fd;

	join(path, sizeof(path), GROUPS "/", group, "/reserved_regions");
	fd = open(path, O_RDONLY);
	count = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);
	close(fd);
	text[count < 0 ? 0 : count] = 0;
	/* "0x00000000fee00000 0x00000000feefffff msi", a line each */
	for (; number >= 0; number--)
		for (int i = 0; i < 3; i++) {
			char *end = strchr(at, i < 2 ? ' ' : '\n');

			if (!end)
				return 0;
			*end = 0;
			texts[i] = at;
			at = end + 1;
		}
	return 1;
}

/* "0x00000000fee00000" without the zeros of 64 bits */
static const char *short_address(const char *text)
{
	static char short_text[2][24];
	static int turn;
	char *into = short_text[turn ^= 1];

	text += 2;
	while (*text == '0' && text[1])
		text++;
	strcpy(into, "0x");
	strlcpy(into + 2, text, 22);
	return into;
}

static void tell_reserved(const char *group)
{
	const char *texts[3];

	for (int i = 0; read_region(group, i, texts); i++)
		print("%w%s-%s  %s\n", 7, group, short_address(texts[0]), short_address(texts[1]), texts[2]);
}

static void tell_reserved_json(const char *group)
{
	const char *texts[3];

	for (int i = 0; read_region(group, i, texts); i++)
		print("%s{\"start\":%q,\"end\":%q,\"type\":%q}", i ? "," : "", short_address(texts[0]),
		      short_address(texts[1]), texts[2]);
}

static void tell_text(void)
{
	if (!*iommu)
		print("This PC has no IOMMU, or no driver has taken it.\n\n");
	else
		print("IOMMU %s (virtio-iommu)%s\n\n", iommu,
		      boot_bypass == ON	 ? ", boot bypass on" :
		      boot_bypass == OFF ? ", boot bypass off" :
					   "");
	print("%w%w%w%w%s\n", 7, "group", 10, "type", 15, "endpoint", 15, "driver", "reaches");
	for (int i = 0; i < endpoint_count; i++) {
		const struct endpoint *endpoint = &endpoints[i];

		print("%w%w%w%w%s\n", 7, *endpoint->group ? endpoint->group : "none", 10,
		      *endpoint->type ? endpoint->type : "-", 15, endpoint->name, 15,
		      *endpoint->driver ? endpoint->driver : "-", reach(endpoint));
	}
	if (*iommu)
		print("\n%w%s\n", 7, "group", "reserved: no driver gets these addresses");
	for (int i = 0; i < endpoint_count; i++)
		if (*endpoints[i].group)
			tell_reserved(endpoints[i].group);
}

static void tell_json(void)
{
	print("{\"iommu\":");
	print(*iommu ? "%q" : "null", iommu);
	print(",\"bootBypass\":%s,\"endpoints\":[", boot_bypass == UNKNOWN ? "null" : boot_bypass == ON ? "true" : "false");
	for (int i = 0; i < endpoint_count; i++) {
		const struct endpoint *endpoint = &endpoints[i];

		print("%s{\"name\":%q,\"group\":%s,\"type\":", i ? "," : "", endpoint->name,
		      *endpoint->group ? endpoint->group : "null");
		print(*endpoint->type ? "%q" : "null", endpoint->type);
		print(",\"driver\":");
		print(*endpoint->driver ? "%q" : "null", endpoint->driver);
		print(",\"bypassed\":%s,\"reserved\":[", is_bypassed(endpoint) ? "true" : "false");
		if (*endpoint->group)
			tell_reserved_json(endpoint->group);
		print("]}");
	}
	print("]}\n");
}

int main(int argc, char **argv)
{
	static char names[MAX_NAMES][NAME_SIZE];
	int is_json = argc == 2 && !strcmp(argv[1], "--json");

	if (argc == 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		print("%s", help);
		return 0;
	}
	if (argc > 1 && !is_json)
		die("there is no option %s: iommu-info --help", argv[1]);
	if (list_folder("/sys/class/iommu", names)) {
		strcpy(iommu, names[0]);
		find_bypass();
	}
	add_pci_endpoints();
	add_mmio_endpoints();
	if (is_json)
		tell_json();
	else
		tell_text();
	return 0;
}
