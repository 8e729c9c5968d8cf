/* What the IOMMU's driver writes into the kernel's log about accesses that were stopped. */
#ifndef KERNEL_LOG_H
#define KERNEL_LOG_H

#include "text.h"

static int kernel_log = -1;

/* From here on: next_fault() gives what comes later. */
static void mark_log(void)
{
	if (kernel_log < 0)
		kernel_log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
	if (kernel_log < 0)
		die("/dev/kmsg cannot be read: run this as root");
	lseek(kernel_log, 0, SEEK_END);
}

/* True when text has part in it */
static int has(const char *text, const char *part)
{
	for (; *text; text++)
		if (!strncmp(text, part, strlen(part)))
			return 1;
	return 0;
}

/* The next line about a fault since the mark, "page fault from EP 40 at 0x100000 [W]"; null when there is none (more).
 * The kernel tells of ten in five seconds, of others it only counts. */
static const char *next_fault(void)
{
	static char record[1024];
	ssize_t count;

	while ((count = read(kernel_log, record, sizeof(record) - 1)) > 0 || (count < 0 && errno == EPIPE)) {
		char *text, *end;

		if (count < 0)
			continue; /* the log has gone on by more than it holds */
		record[count] = 0;
		/* level,number,time,flags;text */
		text = strchr(record, ';');
		if (!text || !has(text, " fault from EP "))
			continue;
		text = strchr(text, ':') ? strchr(text, ':') + 2 : text + 1;
		end = strchr(text, '\n');
		if (end)
			*end = 0;
		return text;
	}
	return NULL;
}

#endif
