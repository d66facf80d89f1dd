/** A condition on one score, in the words of `kinora curate filter`. */
class Threshold {
    constructor(column, operator, value, percentile = false, per = '') {
        this.column = column;
        this.operator = operator;
        this.value = value;
        this.percentile = percentile;
        this.per = per;
    }

    /** Reads one; throws what is wrong with it. */
    static parse(text, table) {
        const form = /^\s*([a-z][a-z0-9_]*)\s*(>=|<=|>|<)\s*(p?)(-?[0-9.]+(?:[eE]-?[0-9]+)?)(?:\s+per\s+(source|bucket))?\s*$/;
        const m = form.exec(text);
        const value = m ? Number(m[4]) : NaN;
        if (Number.isNaN(value) || (m[3] && (value < 0 || value > 100))) {
            throw new Error(`${text} (expected: such as motion_mean >= 0.02, or >= p25 per source)`);
        }
        if (!table.columns.has(m[1])) {
            throw new Error(`${m[1]} (expected: a column of numbers)`);
        }
        return new Threshold(m[1], m[2], value, m[3] === 'p', m[5] || '');
    }

    get lower() {
        return this.operator.startsWith('>');
    }

    toString() {
        return `${this.column} ${this.operator} ${this.percentile ? 'p' : ''}${this.value}${this.per ? ' per ' + this.per : ''}`;
    }

    /** The bound of each clip. */
    bounds(table) {
        const column = table.columns.get(this.column);
        if (!this.percentile) {
            return () => this.value;
        }
        const q = this.value / 100;
        if (!this.per) {
            const bound = quantile(column.sorted, q);
            return () => bound;
        }
        const groups = table.groups[this.per];
        const each = column.sortedBy(groups).map((sorted) => quantile(sorted, q));
        return (i) => each[groups.of[i]];
    }

    meets(value, bound) {
        switch (this.operator) {
            case '>=':
                return value >= bound;
            case '>':
                return value > bound;
            case '<=':
                return value <= bound;
            default:
                return value < bound;
        }
    }
}

/** As the database interpolates, to the bit: a clip may lie on the bound. */
function quantile(sorted, q) {
    if (!sorted.length) {
        return NaN;
    }
    const at = (sorted.length - 1) * q;
    const low = Math.floor(at);
    const high = Math.ceil(at);
    return low === high ? sorted[low] : sorted[low] * (1 - (at - low)) + sorted[high] * (at - low);
}

/** Which clips pass thresholds and how they dwindle; the arithmetic of `kinora curate filter`. */
class Query {
    constructor(table, thresholds, keepUnknown, keepDuplicates) {
        this.table = table;
        this.thresholds = thresholds;
        const left = new Uint8Array(table.size).fill(1);
        this.steps = [this.step('all clips', null, left, 0, 0, NaN)];
        /** Of each clip the condition that it fails first: 0 none, 1 a duplicate, 2 the first threshold … */
        this.failed = new Uint16Array(table.size);
        if (!keepDuplicates) {
            let failing = 0;
            table.duplicateOf.forEach((of, i) => {
                if (of) {
                    left[i] = 0;
                    this.failed[i] = 1;
                    failing++;
                }
            });
            this.steps.push(this.step('no duplicates', null, left, failing, 0, NaN));
        }
        thresholds.forEach((t, k) => this.apply(t, k + 2, keepUnknown, left));
        this.passes = left;
    }

    apply(threshold, number, keepUnknown, left) {
        const values = this.table.columns.get(threshold.column).values;
        const bound = threshold.bounds(this.table);
        let failing = 0;
        let unknown = 0;
        let sum = 0;
        let bounds = 0;
        for (let i = 0; i < values.length; i++) {
            const b = bound(i);
            if (!Number.isNaN(b)) {
                sum += b;
                bounds++;
            }
            const isUnknown = Number.isNaN(values[i]);
            unknown += isUnknown;
            if (isUnknown ? !keepUnknown : !threshold.meets(values[i], b)) {
                failing++;
                left[i] = 0;
                this.failed[i] ||= number;
            }
        }
        this.steps.push(this.step(threshold.toString(), threshold, left, failing, unknown, sum / bounds));
    }

    step(condition, threshold, left, failing, unknown, bound) {
        let clips = 0;
        let seconds = 0;
        for (let i = 0; i < left.length; i++) {
            clips += left[i];
            seconds += left[i] ? this.table.seconds[i] : 0;
        }
        return { condition, threshold, clips, seconds, failing, unknown, bound };
    }

    /** Why a clip is out, or nothing. */
    reason(i) {
        const number = this.failed[i];
        return number === 0 ? '' : number === 1 ? 'looks like a better clip' : `not ${this.thresholds[number - 2]}`;
    }
}

/** The command that chooses the same clips. */
function command(dataset, thresholds, keepUnknown, keepDuplicates) {
    const safe = /^[A-Za-z0-9_\/.,:=+@%-]+$/.test(dataset) && !dataset.startsWith('-');
    const words = ['kinora curate filter', safe ? dataset : `'${dataset.replaceAll("'", "'\\''")}'`];
    thresholds.forEach((t) => words.push(`--keep "${t}"`));
    if (!keepUnknown) {
        words.push('--drop-unknown');
    }
    if (keepDuplicates) {
        words.push('--keep-duplicates');
    }
    words.push('--out chosen.parquet');
    return words.join(' ');
}
