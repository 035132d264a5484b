import { group, int, list, num, timestamp } from './fields.ts'

const GlucoseDataSample = group('GlucoseDataSample', 'One glucose reading.', {
  timestamp,
  blood_glucose_mg_per_dL: num('Glucose, in mg/dL.'),
  glucose_level_flag: int('GlucoseFlag: 0 normal, 1 high, 2 low.'),
  trend_arrow: int('TrendArrow: 0 unknown, 1 falling quickly, 2 falling, 3 flat, 4 rising, 5 rising quickly.'),
})

const DailyPatternSample = group('DailyPatternSample', 'How glucose spreads at one hour of the day.', {
  time_from_midnight: num('Hour of the day, 0 to 23.'),
  percentile_5: num('5 of 100 readings are below, in mg/dL.'),
  percentile_25: num('25 of 100 readings are below, in mg/dL.'),
  percentile_50: num('The median, in mg/dL.'),
  percentile_75: num('75 of 100 readings are below, in mg/dL.'),
  percentile_95: num('95 of 100 readings are below, in mg/dL.'),
})

export const GlucoseData = group('GlucoseData', 'Glucose of the day.', {
  blood_glucose_samples: list(GlucoseDataSample, 'Readings through the day.'),
  detailed_blood_glucose_samples: list(GlucoseDataSample, 'Readings as dense as the sensor gives them.'),
  day_avg_blood_glucose_mg_per_dL: num('Mean of the day, in mg/dL.'),
  day_avg_blood_glucose_mg_per_dl: num('The same mean under another spelling.'),
  day_avg_detailed_blood_glucose_mg_per_dL: num('Mean of the dense readings, in mg/dL.'),
  gmi: num('Glucose management indicator, in percent.'),
  time_in_range: num('Share of the readings in range, in percent (0 to 100).'),
  sensor_usage: num('Data points that the sensor recorded in the day.'),
  daily_patterns: list(DailyPatternSample, 'How glucose runs through a day.'),
})
