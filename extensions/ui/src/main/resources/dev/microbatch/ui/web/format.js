// Numbers, durations and times in words. Pure functions.

const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

const SCALES = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
];

/** Three digits are enough to compare; a title has all of them. */
function short(value) {
  const size = Math.abs(value);
  return size >= 100 || Number.isInteger(value) ? value.toFixed(0) : value.toFixed(size >= 10 ? 1 : 2);
}

export const full = (value) => (value == null ? 'not known' : grouped.format(value));

/** A count: 9,120 or 26.1M. */
export function count(value) {
  if (value == null) return '–';
  if (Math.abs(value) < 1e5) return grouped.format(value);
  const [scale, unit] = SCALES.find(([s]) => Math.abs(value) >= s);
  return `${short(value / scale)}${unit}`;
}

/** A rate: 10.2k/s. */
export function rate(value) {
  if (value == null) return '–';
  if (value === 0) return '0/s';
  if (value < 0.01) return '< 0.01/s';
  if (value < 1000) return `${value < 10 ? Number(value.toFixed(value < 1 ? 2 : 1)) : value.toFixed(0)}/s`;
  const [scale, unit] = SCALES.find(([s]) => value >= s);
  return `${short(value / scale)}${unit}/s`;
}

/** Bytes, in powers of 1,024. */
export function bytes(value) {
  if (value == null) return '–';
  let unit = 0;
  let left = value;
  while (left >= 1024 && unit < 5) {
    left /= 1024;
    unit++;
  }
  return `${unit === 0 ? left : short(left)} ${['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'][unit]}`;
}

/** A duration in milliseconds: 5.2 ms, 3.4 s, 3m 43s, 2h 05m, 3d 04h. */
export function duration(millis) {
  if (millis == null) return '–';
  const negative = millis < 0 ? '−' : '';
  const size = Math.abs(millis);
  if (size < 1000) return `${negative}${size < 10 ? Number(size.toFixed(size < 1 ? 2 : 1)) : size.toFixed(0)} ms`;
  const seconds = size / 1000;
  if (seconds < 9.95) return `${negative}${seconds.toFixed(1)} s`;
  if (seconds < 99.5) return `${negative}${seconds.toFixed(0)} s`;
  const two = (n) => String(Math.floor(n)).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${negative}${minutes}m ${two(seconds % 60)}s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${negative}${hours}h ${two(minutes % 60)}m`;
  return `${negative}${Math.floor(hours / 24)}d ${two(hours % 24)}h`;
}

/** A share of 1. */
export function percent(value) {
  if (value == null) return '–';
  const hundred = value * 100;
  return hundred > 0 && hundred < 1 ? '< 1 %' : `${Math.round(hundred)} %`;
}

const two = (n) => String(n).padStart(2, '0');

/** The time of a day here; with the day if it is another one. */
export function clock(date, { millis = false } = {}) {
  const time =
    `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}` +
    (millis ? `.${String(date.getMilliseconds()).padStart(3, '0')}` : '');
  const today = new Date();
  return date.toDateString() === today.toDateString()
    ? time
    : `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${time}`;
}

export const utc = (date) => `${date.toISOString().replace('T', ' ').replace('Z', '')} UTC`;

/** KIND_OF_THING as "kind of thing". */
export const words = (name) => (name == null ? '' : name.toLowerCase().replaceAll('_', ' '));

/** By how much of 0..5 something is hot. */
export function heat(share) {
  if (!(share > 0.04)) return 0;
  return Math.min(5, Math.max(1, Math.ceil(share * 5)));
}
