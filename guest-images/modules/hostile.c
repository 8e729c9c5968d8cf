// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0
/*
 * A hostile driver: what a guest's kernel can do to its virtio-iommu. It uses the queue of the driver that is there, which
 * does not notice, so that the machine goes on as before.
 *
 * insmod hostile.ko count=1000000 sends so many wrong requests, then attaches an endpoint to one domain after the other, then
 * maps pages until there is no room for another mapping; and takes all of it back. The endpoint is one that no driver has
 * (endpoint=40: edu).
 * insmod hostile.ko count=0 rings=10000 takes the device away from its driver and gives it so many rings that are wrong. The
 * device is reset by that, and its driver's mappings are gone: reboot before anything does DMA again.
 */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/virtio.h>
#include <linux/virtio_ids.h>
#include "hostile-requests.h"
#include "hostile-rings.h"

#define HOSTILE_SLOTS 32
/* What one request takes of the queue at most */
#define HOSTILE_DESCRIPTORS 48
/* More pages than the 32-bit space has */
#define HOSTILE_ALL_PAGES (1u << 20)
#define HOSTILE_MSI_PAGE 0xfee00
#define HOSTILE_MSI_END 0xfef00
#define HOSTILE_FIRST_DOMAIN 0x4000
#define HOSTILE_DOMAINS 0x4000

static unsigned int count = 10000;
module_param(count, uint, 0444);
MODULE_PARM_DESC(count, "wrong requests; as many domains and pages at most (default: 10000)");
static unsigned int endpoint = 0x28;
module_param(endpoint, uint, 0444);
MODULE_PARM_DESC(endpoint, "an endpoint without a driver (default: 40, PCI device 00:05.0)");
static unsigned int rings;
module_param(rings, uint, 0444);
MODULE_PARM_DESC(rings, "wrong rings, after which the machine has to be rebooted (default: 0)");

static struct virtqueue *queue;
static struct hostile_request *slots;
static u32 sent;

static struct {
	u32 accepted, refused, unwritten, lost;
} tally;

/* One byte a descriptor, or all in one. */
static int hostile_add(struct hostile_request *request)
{
	static struct scatterlist readable[HOSTILE_DESCRIPTORS], writable;
	struct scatterlist *lists[2];
	unsigned int parts = request->torn ? request->length : 1;
	unsigned int out = request->length > 0, in = request->room > 0;

	sg_init_table(readable, parts);
	for (unsigned int part = 0; part < parts; part++)
		sg_set_buf(&readable[part], request->readable + part, request->torn ? 1 : request->length);
	sg_init_one(&writable, request->writable, request->room);
	lists[0] = out ? readable : &writable;
	lists[1] = &writable;
	return virtqueue_add_sgs(queue, lists, out, in, request, GFP_ATOMIC);
}

static void hostile_count(const struct hostile_request *request, unsigned int written)
{
	if (written < HOSTILE_TAIL)
		tally.unwritten++;
	else if (request->writable[request->room - HOSTILE_TAIL] == VIRTIO_IOMMU_S_OK)
		tally.accepted++;
	else
		tally.refused++;
}

/* Takes back what the device is done with. It answers before a notification returns. */
static unsigned int hostile_collect(void)
{
	struct hostile_request *request;
	unsigned int written, got = 0;

	while ((request = virtqueue_get_buf(queue, &written))) {
		hostile_count(request, written);
		got++;
	}
	return got;
}

typedef void (*hostile_maker)(struct hostile_request *request, u32 number);

/*
 * Sends requests number `from` to below `to`, as many at once as the queue takes. This kernel has one processor: while
 * interrupts are off, and nothing of the driver's is in the queue, it is ours. Returns how many were sent.
 */
static u32 hostile_burst(hostile_maker make, u32 from, u32 to)
{
	u32 number = from;

	while (number < to) {
		unsigned int added = 0;

		while (number < to && added < HOSTILE_SLOTS && queue->num_free >= HOSTILE_DESCRIPTORS) {
			make(&slots[added], number);
			memset(slots[added].writable, 0xff, HOSTILE_WRITABLE);
			if (hostile_add(&slots[added]))
				break;
			added++;
			number++;
		}
		virtqueue_kick(queue);
		sent += added;
		if (added == 0 || hostile_collect() < added) {
			tally.lost += added;
			break;
		}
	}
	return number - from;
}

/* Sends `total` requests of a kind; others may work in between. An error when the device does not answer. */
static int hostile_flood(hostile_maker make, u32 total)
{
	unsigned long flags;
	u32 number = 0;

	while (number < total) {
		u32 done = 0;

		local_irq_save(flags);
		if (queue->num_free == virtqueue_get_vring_size(queue))
			done = hostile_burst(make, number, min(total, number + 4096));
		local_irq_restore(flags);
		number += done;
		if (tally.lost)
			return -EIO;
		cond_resched();
	}
	return 0;
}

static void hostile_wrong_one(struct hostile_request *request, u32 number)
{
	hostile_wrong(request, number, HOSTILE_FIRST_DOMAIN, endpoint);
}

static void hostile_next_domain(struct hostile_request *request, u32 number)
{
	hostile_attach(request, HOSTILE_FIRST_DOMAIN + number % HOSTILE_DOMAINS, endpoint, 0);
}

static void hostile_next_page(struct hostile_request *request, u32 number)
{
	u32 page = number < HOSTILE_MSI_PAGE ? number : number + HOSTILE_MSI_END - HOSTILE_MSI_PAGE;

	hostile_map_page(request, HOSTILE_FIRST_DOMAIN, page);
}

/* The state that wrong requests must not change: what comes first, and last. */
static void hostile_open(struct hostile_request *request, u32 number)
{
	if (number == 0)
		hostile_attach(request, HOSTILE_FIRST_DOMAIN, endpoint, 0);
	else
		hostile_map(request, HOSTILE_FIRST_DOMAIN, 0x10000, 0x13fff, 0, HOSTILE_READ_WRITE);
}

static void hostile_empty(struct hostile_request *request, u32 number)
{
	hostile_unmap(request, HOSTILE_FIRST_DOMAIN, 0, ~0ull);
}

static void hostile_close(struct hostile_request *request, u32 number)
{
	hostile_detach(request, HOSTILE_FIRST_DOMAIN, endpoint);
}

/* Floods with one kind, and says what came of it. */
static int hostile_report(const char *what, hostile_maker make, u32 total)
{
	int error;

	memset(&tally, 0, sizeof(tally));
	error = hostile_flood(make, total);
	pr_info("hostile: %u %s: %u accepted, %u refused, %u not answered\n",
		tally.accepted + tally.refused + tally.unwritten, what, tally.accepted, tally.refused, tally.unwritten);
	if (error)
		pr_err("hostile: the device took %u requests and gave no answer\n", tally.lost);
	return error;
}

/* Maps pages until the device refuses one, and takes all of them back, before anybody else needs a mapping. */
static void hostile_fill(u32 total)
{
	unsigned long flags;
	u32 number = 0, made;

	memset(&tally, 0, sizeof(tally));
	local_irq_save(flags);
	while (number < total && !tally.refused && !tally.lost)
		number += hostile_burst(hostile_next_page, number, min(total, number + HOSTILE_SLOTS));
	made = tally.accepted;
	hostile_burst(hostile_empty, 0, 1);
	local_irq_restore(flags);
	pr_info("hostile: %u pages mapped one by one, %s; one UNMAP took %s\n", made,
		number < total ? "then there was no room" : "and there was still room",
		tally.accepted == made + 1 ? "all of them" : "nothing");
}

static int hostile_requests(void)
{
	int error = hostile_report("requests that are right", hostile_open, 2);

	if (!error && tally.accepted != 2) {
		pr_err("hostile: endpoint %u cannot be attached: start the machine with edu, or name another\n", endpoint);
		return -ENODEV;
	}
	if (!error)
		error = hostile_report("wrong requests", hostile_wrong_one, count);
	if (!error)
		error = hostile_report("domains, one after the other", hostile_next_domain, min(count, HOSTILE_DOMAINS));
	if (!error)
		error = hostile_report("domain again", hostile_next_domain, 1);
	if (error)
		return error;
	hostile_fill(min(count, HOSTILE_ALL_PAGES - (HOSTILE_MSI_END - HOSTILE_MSI_PAGE)));
	return hostile_report("DETACH", hostile_close, 1);
}

static int hostile_take(struct virtio_device *device)
{
	struct platform_device *parent = to_platform_device(device->dev.parent);
	struct resource *window = platform_get_resource(parent, IORESOURCE_MEM, 0);
	struct hostile_taken taken = {};
	u32 needed_reset = 0, broken = 0;
	int error = -ENOMEM;

	if (!window)
		return -ENODEV;
	taken.registers = ioremap(window->start, resource_size(window));
	taken.rings = kzalloc(sizeof(*taken.rings), GFP_KERNEL);
	if (!taken.registers || !taken.rings)
		goto free;
	for (u32 number = 0; number < rings; number++) {
		unsigned long flags;

		local_irq_save(flags);
		hostile_begin(&taken, endpoint);
		hostile_spoil(&taken, number);
		hostile_write(&taken, VIRTIO_MMIO_QUEUE_NOTIFY, 0);
		if (hostile_status(&taken) & VIRTIO_CONFIG_S_NEEDS_RESET)
			needed_reset++;
		if (!hostile_works(&taken, endpoint))
			broken++;
		hostile_write(&taken, VIRTIO_MMIO_STATUS, 0);
		local_irq_restore(flags);
		cond_resched();
	}
	pr_info("hostile: %u wrong rings: after %u the device needed a reset, after %u it did not work again\n", rings,
		needed_reset, broken);
	pr_info("hostile: the device is reset, and its driver does not know: reboot\n");
	error = broken ? -EIO : 0;
free:
	kfree(taken.rings);
	if (taken.registers)
		iounmap(taken.registers);
	return error;
}

static int hostile_is_iommu(struct device *device, const void *unused)
{
	return dev_to_virtio(device)->id.device == VIRTIO_ID_IOMMU;
}

/* A driver for nothing: it knows the bus on which to look for the device */
static const struct virtio_device_id hostile_ids[] = { {} };
static int hostile_probe_device(struct virtio_device *device)
{
	return -ENODEV;
}
static void hostile_remove_device(struct virtio_device *device)
{
}
static struct virtio_driver hostile_driver = {
	.driver.name = KBUILD_MODNAME,
	.id_table = hostile_ids,
	.probe = hostile_probe_device,
	.remove = hostile_remove_device,
};

static int __init hostile_init(void)
{
	struct virtio_device *device;
	struct device *found;
	int error = register_virtio_driver(&hostile_driver);

	if (error)
		return error;
	found = bus_find_device(hostile_driver.driver.bus, NULL, NULL, hostile_is_iommu);
	unregister_virtio_driver(&hostile_driver);
	if (!found) {
		pr_err("hostile: there is no virtio-iommu\n");
		return -ENODEV;
	}
	device = dev_to_virtio(found);
	queue = list_first_entry_or_null(&device->vqs, struct virtqueue, list);
	slots = kcalloc(HOSTILE_SLOTS, sizeof(*slots), GFP_KERNEL);
	error = !queue ? -ENODEV : !slots ? -ENOMEM : 0;
	if (!error && count > 0)
		error = hostile_requests();
	if (!error && rings > 0)
		error = hostile_take(device);
	kfree(slots);
	put_device(found);
	return error;
}

static void __exit hostile_exit(void)
{
}

module_init(hostile_init);
module_exit(hostile_exit);
MODULE_DESCRIPTION("a driver that floods a virtio-iommu with wrong requests");
MODULE_AUTHOR("the viommu project");
MODULE_LICENSE("Dual BSD/GPL");
