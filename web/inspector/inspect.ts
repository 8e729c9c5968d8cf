// Whatever is selected, at the moment that is looked at.

import { assertNever } from '../../src/base/assert.ts';
import type { Locator } from '../model/locator.ts';
import { inspectIova, inspectMapping } from './inspect-address.ts';
import { inspectEvent } from './inspect-event.ts';
import { inspectPage } from './inspect-page.ts';
import { inspectDomain, inspectEndpoint } from './inspect-parties.ts';
import type { Inspected } from './inspected.ts';
import type { Subject } from './subject.ts';

export function inspect(subject: Subject, locator: Locator): Inspected {
  switch (locator.kind) {
    case 'endpoint':
      return inspectEndpoint(subject, locator);
    case 'domain':
      return inspectDomain(subject, locator);
    case 'event':
      return inspectEvent(subject, locator);
    case 'mapping':
      return inspectMapping(subject, locator);
    case 'iova':
      return inspectIova(subject, locator);
    case 'page':
      return inspectPage(subject, locator);
    default:
      return assertNever(locator);
  }
}
