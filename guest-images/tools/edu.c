// edu: programs the teaching device from user space by VFIO, step by step.
//
// VFIO gives a user's program a device, and maps for it what the program says: the IOMMU keeps the device from
// everything else. See README.md of this folder for how it is built.

#include "edu-device.h"
#include "kernel-log.h"
#include <linux/vfio.h>

const char tool[] = "edu";

#define UNSAFE "/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts"
#define DEFAULT_IOVA 0x100000u
/* Two pages: what is sent, and what comes back */
#define BUFFER_BYTES (2 * PAGE)

static const char *where;
static int container = -1;
static int device = -1;
static __u64 configuration;
static volatile __u8 *buffer;
static __u32 iova = DEFAULT_IOVA;
static int is_mapped;
/* The driver that bind took the device from, and its group's file */
static char former[NAME_SIZE];
static int group_fd = -1;
static int is_taken;
static unsigned int seed;
/* Set when a transfer ended otherwise than the mappings say */
static int surprises;

static const char help[] =
	"usage: edu [STEP...]      without steps: bind map dma show unmap dma\n"
	"       edu -              takes steps from standard input\n"
	"\n"
	"Programs the teaching device by VFIO. Steps are done in order, in one process:\n"
	"  bind         gives the device to vfio-pci, and to this program until it ends\n"
	"  map [IOVA]   two pages of this program, at IOVA (0x100000)\n"
	"  dma          a page out to the device and back, and compares\n"
	"  irq          asks for an interrupt and waits for it (MSI)\n"
	"  show         what is mapped, and the device's registers\n"
	"  unmap        takes the pages away from the device\n"
	"\n"
	"Status: 0 when the device reached memory while it was mapped and only then,\n"
	"1 when it did not, 2 when a step could not be done.\n";

/* path of the device in /sys, with a name below it */
static const char *device_file(const char *name)
{
	static char path[128];

	join(path, sizeof(path), DEVICES, where, name);
	return path;
}

static void take_by_vfio(void)
{
	char driver[NAME_SIZE];
	int error;

	read_link(device_file("/driver"), former, sizeof(former));
	if (!strcmp(former, "vfio-pci"))
		return;
	if (*former) {
		print("bind: %s drives the device; it is taken from it until the end\n", former);
		write_text(device_file("/driver/unbind"), where);
	}
	write_text(device_file("/driver_override"), "vfio-pci");
	error = write_text("/sys/bus/pci/drivers_probe", where);
	write_text(device_file("/driver_override"), "\n");
	read_link(device_file("/driver"), driver, sizeof(driver));
	if (error || strcmp(driver, "vfio-pci"))
		die("vfio-pci does not take %s: it needs an IOMMU, and this PC has none or it is off", where);
	is_taken = 1;
}

/* Everything back as bind found it. */
static void give_back(void)
{
	if (!is_taken)
		return;
	is_taken = 0;
	if (registers)
		munmap((void *)registers, PAGE);
	close(device);
	close(group_fd);
	close(container);
	write_text(device_file("/driver/unbind"), where);
	if (*former)
		write_text("/sys/bus/pci/drivers_probe", where);
}

/* Interrupts of a device are remapped on a PC by the IOMMU; the virtio-iommu has no part in that. */
static void allow_interrupts(void)
{
	char now[8];

	read_line(UNSAFE, now, sizeof(now));
	if (*now == 'Y')
		return;
	if (write_text(UNSAFE, "Y"))
		die("%s cannot be set: run this as root", UNSAFE);
	print("bind: allow_unsafe_interrupts=Y, as this IOMMU remaps no interrupts\n");
}

static void bind_device(void)
{
	struct vfio_group_status status = { .argsz = sizeof(status) };
	struct vfio_region_info region = { .argsz = sizeof(region) };
	char group[NAME_SIZE], path[NAME_SIZE + 16];
	__u16 command;

	if (device >= 0)
		return;
	take_by_vfio();
	allow_interrupts();
	read_link(device_file("/iommu_group"), group, sizeof(group));
	join(path, sizeof(path), "/dev/vfio/", group, "");
	group_fd = open(path, O_RDWR);
	container = open("/dev/vfio/vfio", O_RDWR);
	if (group_fd < 0 || container < 0)
		die("%s cannot be opened (error %d): does another program have the device?", path, errno);
	ioctl(group_fd, VFIO_GROUP_GET_STATUS, &status);
	if (!(status.flags & VFIO_GROUP_FLAGS_VIABLE))
		die("group %s has devices with other drivers: all of a group must be given to VFIO", group);
	if (ioctl(group_fd, VFIO_GROUP_SET_CONTAINER, &container) ||
	    ioctl(container, VFIO_SET_IOMMU, (void *)VFIO_TYPE1v2_IOMMU))
		die("VFIO does not take group %s (error %d); `dmesg | tail` says more", group, errno);
	device = ioctl(group_fd, VFIO_GROUP_GET_DEVICE_FD, (void *)where);
	if (device < 0)
		die("VFIO does not give %s (error %d)", where, errno);

	region.index = VFIO_PCI_CONFIG_REGION_INDEX;
	ioctl(device, VFIO_DEVICE_GET_REGION_INFO, &region);
	configuration = region.offset;
	read_at(device, &command, 2, configuration + PCI_COMMAND_PLACE);
	command |= PCI_MEMORY_AND_MASTER;
	write_at(device, &command, 2, configuration + PCI_COMMAND_PLACE);

	/* region 0 is BAR 0, and lies at the start */
	registers = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, device, 0);
	if (registers == MAP_FAILED)
		registers = NULL;
	if (!registers)
		die("BAR 0 cannot be mapped (error %d)", errno);
	if ((get(EDU_ID) & 0xffff) != 0xed)
		die("%s is not an edu device: its register 0 says 0x%x", where, get(EDU_ID));
	buffer = mmap(NULL, BUFFER_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (buffer == MAP_FAILED)
		die("there is no memory for two pages");
	print("bind: vfio-pci drives %s, group %s. Nothing is mapped: it reaches no memory\n", where, group);
}

static void need_device(const char *step)
{
	if (device < 0)
		die("%s comes after bind, in one call: edu bind map %s", step, strcmp(step, "map") ? step : "dma");
}

static void map_buffer(void)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map),
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.vaddr = (unsigned long)buffer,
		.iova = iova,
		.size = BUFFER_BYTES,
	};

	if (is_mapped)
		die("the pages are mapped at 0x%x already: unmap them first", iova);
	if (iova % PAGE || iova > EDU_REACH - BUFFER_BYTES)
		die("0x%x is no place for them: a multiple of 0x1000 up to 0x%x, which edu's 28 address lines reach", iova,
		    EDU_REACH - BUFFER_BYTES);
	if (ioctl(container, VFIO_IOMMU_MAP_DMA, &map))
		die("VFIO does not map 0x%x (error %d): `iommu-info` shows what is reserved", iova, errno);
	is_mapped = 1;
	print("map: two pages of this program at IOVA 0x%x-0x%x\n", iova, iova + BUFFER_BYTES - 1);
}

static void unmap_buffer(void)
{
	struct vfio_iommu_type1_dma_unmap unmap = { .argsz = sizeof(unmap), .iova = iova, .size = BUFFER_BYTES };

	if (!is_mapped)
		die("nothing is mapped: edu bind map unmap");
	if (ioctl(container, VFIO_IOMMU_UNMAP_DMA, &unmap))
		die("VFIO does not unmap 0x%x (error %d)", iova, errno);
	is_mapped = 0;
	print("unmap: IOVA 0x%x-0x%x leads nowhere now\n", iova, iova + BUFFER_BYTES - 1);
}

static void transfer(int to_ram)
{
	if (!edu_transfer(iova + (to_ram ? PAGE : 0), PAGE, to_ram))
		die("the device does not end its transfer: reset it (echo 1 > %s)", device_file("/reset"));
}

static void do_dma(void)
{
	volatile __u8 *back = buffer + PAGE;
	const char *fault;
	unsigned int same;

	seed += 41;
	fill(buffer, PAGE, seed);
	for (int i = 0; i < PAGE; i++)
		back[i] = 0;
	mark_log();
	transfer(0);
	transfer(1);
	same = matches(back, PAGE, seed);
	if (same == PAGE)
		print("dma: 4096 bytes from 0x%x to the device, and back to 0x%x: all as sent\n", iova, iova + PAGE);
	else
		print("dma: from 0x%x to the device, and back to 0x%x: %u of 4096 bytes arrived\n", iova, iova + PAGE,
		      same);
	while ((fault = next_fault()))
		print("     the IOMMU stopped it: %s\n", fault);
	surprises += (same == PAGE) != is_mapped;
}

static void do_interrupt(void)
{
	struct {
		struct vfio_irq_set set;
		int fd;
	} request = { { .argsz = sizeof(request), .index = VFIO_PCI_MSI_IRQ_INDEX, .count = 1,
			.flags = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER }, -1 };
	struct pollfd wait = { .events = POLLIN };
	int arrived;

	request.fd = my_syscall2(__NR_eventfd2, 0, 0);
	wait.fd = request.fd;
	if (request.fd < 0 || ioctl(device, VFIO_DEVICE_SET_IRQS, &request))
		die("VFIO sets up no MSI (error %d)", errno);
	set(EDU_IRQ_RAISE, 1);
	arrived = poll(&wait, 1, 2000) == 1;
	set(EDU_IRQ_ACK, 1);
	request.set.count = 0;
	request.set.flags = VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_TRIGGER;
	ioctl(device, VFIO_DEVICE_SET_IRQS, &request);
	close(request.fd);
	print(arrived ? "irq: the device wrote its message (MSI), and this program was woken by it\n" :
			"irq: no interrupt came within two seconds\n");
	surprises += !arrived;
}

static void show(void)
{
	if (is_mapped)
		print("show: mapped by this program: 0x%x-0x%x, for reading and writing\n", iova, iova + BUFFER_BYTES - 1);
	else
		print("show: nothing is mapped by this program\n");
	print("      edu version %u.%u; DMA source 0x%x, target 0x%x, count %u\n", get(EDU_ID) >> 24,
	      get(EDU_ID) >> 16 & 0xff, get(EDU_DMA_SOURCE), get(EDU_DMA_TARGET), get(EDU_DMA_COUNT));
}

static int is_number(const char *word)
{
	return word && isdigit(*word);
}

/* Does one step. Returns how many words it took. */
static int do_step(const char *word, const char *next)
{
	if (!strcmp(word, "bind")) {
		bind_device();
		return 1;
	}
	if (!strcmp(word, "map")) {
		need_device(word);
		if (is_number(next) && !is_mapped)
			iova = strtoul(next, NULL, 0);
		map_buffer();
		return is_number(next) ? 2 : 1;
	}
	if (strcmp(word, "unmap") && strcmp(word, "dma") && strcmp(word, "show") && strcmp(word, "irq"))
		die("there is no step %s: edu --help", word);
	need_device(word);
	if (!strcmp(word, "unmap"))
		unmap_buffer();
	else if (!strcmp(word, "dma"))
		do_dma();
	else if (!strcmp(word, "irq"))
		do_interrupt();
	else
		show();
	return 1;
}

static void do_steps(int count, char **words)
{
	for (int at = 0; at < count;)
		at += do_step(words[at], at + 1 < count ? words[at + 1] : NULL);
}

/* Steps line by line, so that each can be looked at before the next. */
static void do_input(void)
{
	static char text[256];
	char *words[16];
	char c;

	for (;;) {
		unsigned int length = 0;
		int count = 0;
		ssize_t got;

		while ((got = read(0, &c, 1)) == 1 && c != '\n')
			if (length < sizeof(text) - 1)
				text[length++] = c;
		text[length] = 0;
		for (unsigned int i = 0; i < length && count < 16; i++) {
			if (text[i] == ' ')
				text[i] = 0;
			else if (i == 0 || !text[i - 1])
				words[count++] = text + i;
		}
		do_steps(count, words);
		if (got != 1)
			return;
	}
}

int main(int argc, char **argv)
{
	static char *tour[] = { "bind", "map", "dma", "show", "unmap", "dma" };

	if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		print("%s", help);
		flush(1);
		return 0;
	}
	where = find_edu();
	before_end = give_back;
	if (argc == 1)
		do_steps(6, tour);
	else if (!strcmp(argv[1], "-"))
		do_input();
	else
		do_steps(argc - 1, argv + 1);
	give_back();
	return surprises ? 1 : 0;
}
