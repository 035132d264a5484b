// Sources that Terra lists and Loam does not have: shown to operators, so that nobody searches for them in vain, and never
// offered to anyone. A source leaves this list by joining the catalogue.
import type { DataType } from '../model/data-type.ts'
import { connectorById } from './index.ts'

export interface NotAvailable {
  id: string
  name: string
  /** What it would give, where that is known. */
  types: readonly DataType[]
  /** `phone`: read by an SDK on the phone. `cloud`: read from the provider's servers. */
  from: 'cloud' | 'phone'
}

type Listed = readonly [id: string, name: string, ...types: DataType[]]

const PHONE: readonly Listed[] = [
  ['APPLE', 'Apple Health', 'activity', 'body', 'daily', 'menstruation', 'nutrition', 'sleep'],
  ['FREESTYLELIBRESDK', 'FreeStyle Libre sensor', 'body'],
  ['GOOGLEFIT', 'Google Fit on Android'],
  ['HEALTH_CONNECT', 'Health Connect', 'activity', 'body', 'daily', 'menstruation', 'nutrition', 'sleep'],
  ['REALTIME', 'Bluetooth and ANT+ sensors'],
  ['SAMSUNG', 'Samsung Health', 'activity', 'body', 'daily', 'menstruation', 'nutrition', 'sleep'],
  ['WEAROS', 'Wear OS'],
]

const CLOUD: readonly Listed[] = [
  ['AKTIIA', 'Aktiia', 'body'],
  ['BIOSTRAP', 'Biostrap'],
  ['BODITRAX', 'Boditrax', 'body'],
  ['BRYTONSPORT', 'Bryton', 'activity'],
  ['CARDIOMOOD', 'CardioMood'],
  ['CATAPULT', 'Catapult', 'activity'],
  ['CATAPULTONE', 'Catapult One', 'activity'],
  ['CLUE', 'Clue', 'menstruation'],
  ['CONCEPT2', 'Concept2', 'activity'],
  ['CORE', 'CORE', 'body'],
  ['COROS', 'COROS', 'activity', 'daily', 'sleep'],
  ['CRONOMETER', 'Cronometer', 'nutrition'],
  ['CYCLINGANALYTICS', 'Cycling Analytics', 'activity'],
  ['DECATHLON', 'Decathlon', 'activity'],
  ['DEXCOM', 'Dexcom', 'body'],
  ['DEXCOM_EU', 'Dexcom (Europe)', 'body'],
  ['DEXCOM_JP', 'Dexcom (Japan)', 'body'],
  ['EATTHISMUCH', 'Eat This Much', 'nutrition'],
  ['EIGHT', 'Eight Sleep', 'sleep'],
  ['ELITEHRV', 'Elite HRV'],
  ['FATSECRET', 'FatSecret', 'nutrition'],
  ['FINALSURGE', 'Final Surge', 'activity'],
  ['FITBIT', 'Fitbit', 'activity', 'body', 'daily', 'menstruation', 'nutrition', 'sleep'],
  ['FLO', 'Flo', 'menstruation'],
  ['FREESTYLELIBRE', 'FreeStyle Libre', 'body'],
  ['GARMIN', 'Garmin', 'activity', 'body', 'daily', 'menstruation', 'nutrition', 'sleep'],
  ['GOOGLE', 'Google', 'activity', 'body', 'daily', 'sleep'],
  ['HAMMERHEAD', 'Hammerhead', 'activity'],
  ['HEALTHGAUGE', 'HealthGauge'],
  ['HEVY', 'Hevy', 'activity'],
  ['HUAWEI', 'Huawei Health', 'activity', 'body', 'daily', 'sleep'],
  ['IFIT', 'iFIT', 'activity'],
  ['IHEALTH', 'iHealth', 'body'],
  ['INBODY', 'InBody', 'body'],
  ['KETOMOJOEU', 'Keto-Mojo (Europe)', 'body'],
  ['KETOMOJOUS', 'Keto-Mojo (US)', 'body'],
  ['KOMOOT', 'Komoot', 'activity'],
  ['LEZYNE', 'Lezyne', 'activity'],
  ['LIVEROWING', 'LiveRowing', 'activity'],
  ['MACROSFIRST', 'MacrosFirst', 'nutrition'],
  ['MAPMYFITNESS', 'MapMyFitness', 'activity'],
  ['MAPMYTRACKS', 'Map My Tracks', 'activity'],
  ['MIRA', 'Mira'],
  ['MOXY', 'Moxy'],
  ['MYFITNESSPAL', 'MyFitnessPal', 'nutrition'],
  ['MYMACROSPLUS', 'My Macros+', 'nutrition'],
  ['NOLIO', 'Nolio', 'activity'],
  ['NUTRACHECK', 'Nutracheck', 'nutrition'],
  ['OMRON', 'Omron (Europe)', 'body'],
  ['OMRONUS', 'Omron (US)', 'body'],
  ['PELOTON', 'Peloton', 'activity'],
  ['POLAR', 'Polar', 'activity', 'daily', 'sleep'],
  ['PUL', 'Pul'],
  ['RENPHO', 'Renpho', 'body'],
  ['RIDEWITHGPS', 'Ride with GPS', 'activity'],
  ['ROUVY', 'Rouvy', 'activity'],
  ['SOMNOFY', 'Somnofy', 'sleep'],
  ['STRAVA', 'Strava', 'activity'],
  ['SUUNTO', 'Suunto', 'activity', 'daily', 'sleep'],
  ['TECHNOGYM', 'Technogym', 'activity'],
  ['TEMPO', 'Tempo', 'activity'],
  ['TODAYSPLAN', "Today's Plan", 'activity'],
  ['TRAINASONE', 'TrainAsONE', 'activity'],
  ['TRAINERROAD', 'TrainerRoad', 'activity'],
  ['TRAININGPEAKS', 'TrainingPeaks', 'activity'],
  ['TRAINXHALE', 'TrainXhale', 'activity'],
  ['TREDICT', 'Tredict', 'activity'],
  ['TRIDOT', 'TriDot', 'activity'],
  ['ULTRAHUMAN', 'Ultrahuman', 'body', 'daily', 'sleep'],
  ['UNDERARMOUR', 'Under Armour', 'activity'],
  ['VALD', 'VALD'],
  ['VELOHERO', 'Velo Hero', 'activity'],
  ['VIRTUAGYM', 'Virtuagym', 'activity'],
  ['WAHOO', 'Wahoo', 'activity'],
  ['WGER', 'wger', 'activity'],
  ['WHOOP', 'WHOOP', 'activity', 'body', 'daily', 'sleep'],
  ['WITHINGS', 'Withings', 'activity', 'body', 'daily', 'sleep'],
  ['XERT', 'Xert', 'activity'],
  ['XOSS', 'XOSS', 'activity'],
  ['ZEPP', 'Zepp', 'activity', 'daily', 'sleep'],
  ['ZWIFT', 'Zwift', 'activity'],
]

export const notAvailable: readonly NotAvailable[] = [
  ...CLOUD.map((listed) => entry('cloud', listed)),
  ...PHONE.map((listed) => entry('phone', listed)),
].filter(({ id }) => connectorById(id) === null)

function entry(from: NotAvailable['from'], [id, name, ...types]: Listed): NotAvailable {
  return { id, name, types, from }
}
