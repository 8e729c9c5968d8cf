// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0
/*
 * An example of a PCI driver: the teaching device "edu" (1234:11e8) of QEMU, which viommu has too.
 *
 * insmod tests the device once, and says in the kernel's log what it does:
 *   its identification, a factorial that ends with an interrupt, DMA by a coherent buffer, DMA by streaming mappings.
 * insmod edu.ko stray=1 then lets the device write to a buffer that is no longer mapped. The IOMMU stops it.
 */
#include <linux/completion.h>
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

/* Registers in BAR 0, by their offset */
#define EDU_ID 0x00 /* 0xRRrr00ed: version RR.rr */
#define EDU_LIVENESS 0x04 /* reads as the inverse of what was written */
#define EDU_FACTORIAL 0x08 /* n is written, n! is read */
#define EDU_STATUS 0x20
#define EDU_IRQ_STATUS 0x24 /* why there is an interrupt */
#define EDU_IRQ_ACK 0x64 /* takes reasons away */
#define EDU_DMA_SOURCE 0x80
#define EDU_DMA_TARGET 0x88
#define EDU_DMA_COUNT 0x90
#define EDU_DMA_COMMAND 0x98

#define EDU_STATUS_IRQ 0x80 /* a factorial ends with an interrupt */
#define EDU_IRQ_FACTORIAL 0x01
#define EDU_IRQ_DMA 0x100
#define EDU_DMA_START 0x01
#define EDU_DMA_TO_RAM 0x02
#define EDU_DMA_IRQ 0x04

/* The device's own memory, as its DMA engine addresses it */
#define EDU_BUFFER 0x40000
#define EDU_BUFFER_SIZE 4096
/* It drives 28 address lines: what it is to reach has to lie below 256 MiB */
#define EDU_ADDRESS_BITS 28

static bool stray;
module_param(stray, bool, 0444);
MODULE_PARM_DESC(stray, "let the device write once to a buffer that is unmapped (default: no)");

struct edu {
	struct pci_dev *pci;
	void __iomem *registers;
	struct completion done;
	u32 reasons;
};

static irqreturn_t edu_interrupt(int irq, void *data)
{
	struct edu *edu = data;
	u32 reasons = readl(edu->registers + EDU_IRQ_STATUS);

	if (!reasons)
		return IRQ_NONE; /* a shared line, and somebody else's interrupt */
	writel(reasons, edu->registers + EDU_IRQ_ACK);
	edu->reasons = reasons;
	complete(&edu->done);
	return IRQ_HANDLED;
}

/* Sleeps until the device says that it is done. */
static int edu_wait(struct edu *edu, u32 reason)
{
	if (!wait_for_completion_timeout(&edu->done, 2 * HZ)) {
		dev_err(&edu->pci->dev, "no interrupt came within two seconds\n");
		return -ETIMEDOUT;
	}
	if (edu->reasons != reason) {
		dev_err(&edu->pci->dev, "an interrupt for 0x%x, not for 0x%x\n", edu->reasons, reason);
		return -EIO;
	}
	return 0;
}

/* Copies between RAM, at an address that the device can use, and the device's buffer. */
static int edu_dma(struct edu *edu, dma_addr_t address, size_t length, bool to_ram)
{
	u64 source = to_ram ? EDU_BUFFER : address;
	u64 target = to_ram ? address : EDU_BUFFER;
	u32 command = EDU_DMA_START | EDU_DMA_IRQ | (to_ram ? EDU_DMA_TO_RAM : 0);

	writel(lower_32_bits(source), edu->registers + EDU_DMA_SOURCE);
	writel(upper_32_bits(source), edu->registers + EDU_DMA_SOURCE + 4);
	writel(lower_32_bits(target), edu->registers + EDU_DMA_TARGET);
	writel(upper_32_bits(target), edu->registers + EDU_DMA_TARGET + 4);
	writel(length, edu->registers + EDU_DMA_COUNT);
	writel(0, edu->registers + EDU_DMA_COUNT + 4);
	reinit_completion(&edu->done);
	writel(command, edu->registers + EDU_DMA_COMMAND);
	return edu_wait(edu, EDU_IRQ_DMA);
}

/* No two pages, and no two calls, are alike: a copy that did not take place is seen. */
static u8 edu_pattern(size_t index, u8 seed)
{
	return (index * 31 + index / 251 + seed) % 253 + 1;
}

static void edu_fill(u8 *bytes, u8 seed)
{
	for (size_t index = 0; index < EDU_BUFFER_SIZE; index++)
		bytes[index] = edu_pattern(index, seed);
}

static int edu_compare(struct edu *edu, const u8 *bytes, u8 seed)
{
	for (size_t index = 0; index < EDU_BUFFER_SIZE; index++) {
		if (bytes[index] == edu_pattern(index, seed))
			continue;
		dev_err(&edu->pci->dev, "byte %zu came back as 0x%02x, not 0x%02x\n", index, bytes[index],
			edu_pattern(index, seed));
		return -EIO;
	}
	return 0;
}

static int edu_test_factorial(struct edu *edu)
{
	u32 result;
	int error;

	writel(EDU_STATUS_IRQ, edu->registers + EDU_STATUS);
	reinit_completion(&edu->done);
	writel(10, edu->registers + EDU_FACTORIAL);
	error = edu_wait(edu, EDU_IRQ_FACTORIAL);
	if (error)
		return error;
	result = readl(edu->registers + EDU_FACTORIAL);
	if (result != 3628800) {
		dev_err(&edu->pci->dev, "10! is 3628800, and the device says %u\n", result);
		return -EIO;
	}
	dev_info(&edu->pci->dev, "factorial: 10! = %u, told by an interrupt\n", result);
	return 0;
}

/* One buffer that processor and device both see for as long as it exists: for rings and the like. */
static int edu_test_coherent(struct edu *edu)
{
	struct device *dev = &edu->pci->dev;
	dma_addr_t address;
	u8 *bytes = dma_alloc_coherent(dev, EDU_BUFFER_SIZE, &address, GFP_KERNEL);
	int error;

	if (!bytes)
		return -ENOMEM;
	edu_fill(bytes, 7);
	error = edu_dma(edu, address, EDU_BUFFER_SIZE, false);
	if (!error) {
		memset(bytes, 0, EDU_BUFFER_SIZE);
		error = edu_dma(edu, address, EDU_BUFFER_SIZE, true);
	}
	if (!error)
		error = edu_compare(edu, bytes, 7);
	if (!error)
		dev_info(dev, "coherent DMA: %u bytes there and back at %pad\n", EDU_BUFFER_SIZE, &address);
	dma_free_coherent(dev, EDU_BUFFER_SIZE, bytes, address);
	return error;
}

/*
 * Maps a buffer for one transfer and unmaps it: for data. Returns in *was where the device saw it.
 * A negative error, or 0.
 */
static int edu_stream(struct edu *edu, u8 *bytes, bool to_ram, dma_addr_t *was)
{
	struct device *dev = &edu->pci->dev;
	enum dma_data_direction direction = to_ram ? DMA_FROM_DEVICE : DMA_TO_DEVICE;
	int error;

	*was = dma_map_single(dev, bytes, EDU_BUFFER_SIZE, direction);
	if (dma_mapping_error(dev, *was))
		return -ENOMEM;
	error = edu_dma(edu, *was, EDU_BUFFER_SIZE, to_ram);
	dma_unmap_single(dev, *was, EDU_BUFFER_SIZE, direction);
	return error;
}

static int edu_test_streaming(struct edu *edu)
{
	struct device *dev = &edu->pci->dev;
	u8 *sent = kmalloc(EDU_BUFFER_SIZE, GFP_KERNEL);
	u8 *received = kzalloc(EDU_BUFFER_SIZE, GFP_KERNEL);
	dma_addr_t out, in;
	int error = -ENOMEM;

	if (!sent || !received)
		goto free;
	edu_fill(sent, 42);
	error = edu_stream(edu, sent, false, &out);
	if (!error)
		error = edu_stream(edu, received, true, &in);
	if (!error)
		error = edu_compare(edu, received, 42);
	if (error)
		goto free;
	dev_info(dev, "streaming DMA: %u bytes out from %pad, in to %pad\n", EDU_BUFFER_SIZE, &out, &in);

	if (stray) {
		memset(received, 0, EDU_BUFFER_SIZE);
		error = edu_dma(edu, in, EDU_BUFFER_SIZE, true);
		dev_info(dev, "stray DMA to %pad, which is unmapped: %s\n", &in,
			 memchr_inv(received, 0, EDU_BUFFER_SIZE) ? "memory was changed" : "nothing arrived");
	}
free:
	kfree(received);
	kfree(sent);
	return error;
}

static int edu_test(struct edu *edu)
{
	int error = edu_test_factorial(edu);

	if (!error)
		error = edu_test_coherent(edu);
	if (!error)
		error = edu_test_streaming(edu);
	return error;
}

static int edu_probe(struct pci_dev *pci, const struct pci_device_id *id)
{
	struct device *dev = &pci->dev;
	struct edu *edu = devm_kzalloc(dev, sizeof(*edu), GFP_KERNEL);
	u32 version;
	int error;

	if (!edu)
		return -ENOMEM;
	edu->pci = pci;
	init_completion(&edu->done);
	pci_set_drvdata(pci, edu);

	/* What pcim_ and devm_ give is given back when the driver goes */
	error = pcim_enable_device(pci);
	if (error)
		return dev_err_probe(dev, error, "the device cannot be enabled\n");
	error = pcim_iomap_regions(pci, BIT(0), KBUILD_MODNAME);
	if (error)
		return dev_err_probe(dev, error, "BAR 0 cannot be mapped\n");
	edu->registers = pcim_iomap_table(pci)[0];

	version = readl(edu->registers + EDU_ID);
	writel(0x12345678, edu->registers + EDU_LIVENESS);
	if ((version & 0xffff) != 0xed || readl(edu->registers + EDU_LIVENESS) != ~0x12345678u)
		return dev_err_probe(dev, -ENODEV, "this is not an edu device (0x%08x)\n", version);

	error = dma_set_mask_and_coherent(dev, DMA_BIT_MASK(EDU_ADDRESS_BITS));
	if (error)
		return dev_err_probe(dev, error, "no memory that %d bits can address\n", EDU_ADDRESS_BITS);
	pci_set_master(pci);

	error = pci_alloc_irq_vectors(pci, 1, 1, PCI_IRQ_MSI | PCI_IRQ_INTX);
	if (error < 0)
		return dev_err_probe(dev, error, "no interrupt\n");
	error = request_irq(pci_irq_vector(pci, 0), edu_interrupt, IRQF_SHARED, KBUILD_MODNAME, edu);
	if (error) {
		dev_err(dev, "interrupt %d cannot be had: %d\n", pci_irq_vector(pci, 0), error);
		goto free_vectors;
	}
	dev_info(dev, "edu %u.%u, interrupts by %s\n", version >> 24, version >> 16 & 0xff,
		 pci->msi_enabled ? "MSI" : "INTx");

	error = edu_test(edu);
	if (error) {
		dev_err(dev, "self-test failed: %d\n", error);
		goto free_irq;
	}
	dev_info(dev, "self-test passed\n");
	return 0;

free_irq:
	free_irq(pci_irq_vector(pci, 0), edu);
free_vectors:
	pci_free_irq_vectors(pci);
	pci_clear_master(pci);
	return error;
}

static void edu_remove(struct pci_dev *pci)
{
	struct edu *edu = pci_get_drvdata(pci);

	writel(0, edu->registers + EDU_STATUS);
	free_irq(pci_irq_vector(pci, 0), edu);
	pci_free_irq_vectors(pci);
	/* Whatever the device still wants: it masters the bus no more */
	pci_clear_master(pci);
}

static const struct pci_device_id edu_ids[] = {
	{ PCI_DEVICE(0x1234, 0x11e8) },
	{}
};
MODULE_DEVICE_TABLE(pci, edu_ids);

static struct pci_driver edu_driver = {
	.name = KBUILD_MODNAME,
	.id_table = edu_ids,
	.probe = edu_probe,
	.remove = edu_remove,
};
module_pci_driver(edu_driver);

MODULE_DESCRIPTION("example driver for the teaching device edu");
MODULE_AUTHOR("the viommu project");
MODULE_LICENSE("Dual BSD/GPL");
