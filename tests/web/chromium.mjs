// Debian's chromium without its windows, driven by playwright-core. Without it or
// the npm packages the process ends with status 77.
import {existsSync} from 'node:fs';

const SHELL = process.env.CHROMIUM || '/usr/bin/chromium-headless-shell';

export function skip(why) {
  console.log('skipped: ' + why);
  process.exit(77);
}

/** A package of npm, wherever SEEK finds it. */
export async function need(seek) {
  try {
    return await seek();
  } catch {
    return skip('run script/bootstrap test');
  }
}

if (!existsSync(SHELL)) skip('no ' + SHELL);
const {chromium} = await need(() => import('playwright-core'));

export const launch = (...args) => chromium.launch({ executablePath: SHELL,
  args: ['--no-sandbox', '--disable-gpu', ...args] });
