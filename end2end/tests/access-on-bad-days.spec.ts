/** For everybody, on bad days too: the pages of what is down. */
import { test } from '../journey';
import { isForEverybody } from '../everybody';
import { WAYS } from '../pages';
import { town } from '../town';

test.use({ families: 'script' });
test.afterEach(() => town.noFaults());

for (const way of WAYS.filter(way => way.alone)) {
  test(`for everybody: ${way.stops.join(', ')}`, ({ visitor }) => isForEverybody(visitor, way));
}
